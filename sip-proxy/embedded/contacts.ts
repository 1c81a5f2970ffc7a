import { isIP } from 'node:net';
import type { Clock } from '#sip-stack/clock.ts';
import type { ConnectionLimits } from '#sip-stack/connection-limits.ts';
import type { Abilities } from '#sip-stack/locator.ts';
import { StreamTransport, type TlsOptions } from '#sip-stack/stream-transport.ts';
import { hostOf, hostPort, type SocketAddress, type Transport } from '#sip-stack/transport.ts';
import { Transports } from '#sip-stack/transports.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import { WebSocketTransport } from '#sip-stack/websocket-transport.ts';
import type { Log } from './log.ts';

/** One address at which the server is reached. */
export interface SipContact {
  /** `udp` unless it is said. */
  readonly protocol?: 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';
  /** An address literal; `::` is every IPv6 address, `0.0.0.0` every IPv4 address of the machine. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** The address others reach this one by. */
  readonly advertise?: string;
  /** Key and certificate of `tls` and `wss`. */
  readonly tls?: TlsOptions;
}

export interface ContactOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly limits?: Partial<ConnectionLimits> | undefined;
}

/** Listens at every contact, or at none: rejects with the system's error, or says which contact has no certificate. */
export const listenAt = async (
  contacts: readonly [SipContact, ...SipContact[]],
  options: ContactOptions,
): Promise<Transports> => {
  const [first, ...others] = contacts;
  const open = [await listen(first, options)] as [Transport, ...Transport[]];
  try {
    for (const contact of others) open.push(await listen(contact, options));
  } catch (error) {
    await Promise.all(open.map((transport) => transport.close()));
    throw error;
  }
  return new Transports(open);
};

const listen = async (contact: SipContact, { log, clock, limits }: ContactOptions): Promise<Transport> => {
  const { protocol = 'udp', host, port, advertise, tls } = contact;
  const common = { forceRport: true, ...(advertise !== undefined && { advertise: { address: advertise } }) };
  if (protocol === 'udp') return UdpTransport.bind(host, port, common);
  const secure = protocol === 'tls' || protocol === 'wss';
  if (secure && !tls) throw new TypeError(`${protocol}/${hostOf(host)}:${port} has no key and certificate`);
  const closed = (remote: SocketAddress, why: string): void =>
    log.info({ from: hostPort(remote), protocol, why }, 'connection closed');
  const stream = { ...common, clock, limits, onClosed: closed, ...(secure && { tls }) };
  return protocol === 'tcp' || protocol === 'tls'
    ? StreamTransport.listen(host, port, stream)
    : WebSocketTransport.listen(host, port, stream);
};

/** `udp/192.0.2.1:5060`, as clients are told (an IPv6 address in brackets). */
export const contactNames = ({ all }: Transports): string[] =>
  all.map(({ protocol, local }) => `${protocol.toLowerCase()}/${hostPort(local)}`);

/** The Contact of a transport: what is not UDP is said. */
export const contactUri = ({ protocol, local }: Transport): string =>
  `<sip:${hostPort(local)}${protocol === 'UDP' ? '' : `;transport=${protocol.toLowerCase()}`}>`;

/** What names are looked up for: the protocols that requests can go by from here, and the families of addresses. */
export const abilitiesOf = ({ all }: Transports): Abilities => ({
  protocols: (['UDP', 'TCP', 'TLS'] as const).filter((protocol) => all.some((one) => one.protocol === protocol)),
  families: [...new Set(all.map(({ local }) => (isIP(local.address) === 6 ? 6 : 4)))],
});
