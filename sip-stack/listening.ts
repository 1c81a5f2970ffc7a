import type { Server } from 'node:net';
import type { TlsOptions as ServerTls } from 'node:tls';
import type { TlsOptions } from './stream-transport.ts';

/**
 * Listens; rejects with the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL).
 * @param host an address literal; `::` takes IPv6 alone
 * @param port 0 lets the system choose
 */
export const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, ipv6Only: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** What a server of TLS is made with. @param patience for the handshake, milliseconds */
export const tlsServerOptions = ({ key, cert, ca, verifyPeers }: TlsOptions, patience: number): ServerTls => ({
  ...{ key, cert, ...(ca !== undefined && { ca }) },
  requestCert: verifyPeers === true,
  rejectUnauthorized: verifyPeers === true,
  handshakeTimeout: patience,
});
