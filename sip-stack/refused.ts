import { createSocket } from 'node:dgram';
import { systemClock } from './clock.ts';
import type { SocketAddress } from './transport.ts';

/** How long an ICMP answer may take. Milliseconds. */
const patience = 1000;

/**
 * Whether the host answers that nobody listens on that UDP port. The socket SIP is sent from cannot hear it, because it is
 * not connected; this one is, and sends a keep-alive (RFC 5626 §3.5.1), which SIP elements ignore.
 * Resolves false for silence, which says nothing.
 */
export const refused = ({ address, port }: SocketAddress): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const done = (answer: boolean): void => {
      systemClock.stop(timer);
      socket.removeAllListeners();
      socket.close();
      resolve(answer);
    };
    const timer = systemClock.after(patience, () => done(false));
    socket.unref();
    socket.once('error', (error) => done((error as NodeJS.ErrnoException).code === 'ECONNREFUSED'));
    socket.connect(port, address, () =>
      socket.send('\r\n\r\n', (error) => void (error && socket.emit('error', error))),
    );
  });
