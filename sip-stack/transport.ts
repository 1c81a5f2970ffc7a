import { isIP } from 'node:net';
import { SipRequest, type SipMessage } from './message.ts';
import type { SipParseError } from './parse-error.ts';
import { splitList } from './uri.ts';

/** Transport protocols as Via spells them (RFC 3261 §20.42, RFC 7118 §5.2). */
export type Protocol = 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS';

/** An IP address literal and a port, and how it is reached. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
  /** UDP when it is not said. */
  readonly protocol?: Protocol | undefined;
  /** The name that was looked up: a certificate of TLS has to bear it (RFC 5922 §7.1). */
  readonly name?: string | undefined;
  /** What came from there came by this, and goes back by it as long as it is open. */
  readonly flow?: Flow | undefined;
}

/** A connection, or one of several sockets (RFC 5626 §1 calls it a flow). */
export interface Flow {
  readonly transport: Transport;
  readonly open: boolean;
  /** Who is to be told when it closes; a set, so that whoever waits no longer leaves it. */
  readonly lost: Set<(error: Error) => void>;
}

/** Who takes what a transport receives. */
export interface TransportReceiver {
  onMessage(message: SipMessage, source: SocketAddress): void;
  /** Something came that is no SIP; keep-alives (RFC 5626 §3.5) and empty datagrams are not reported. */
  onRejected(error: SipParseError, source: SocketAddress): void;
}

/** The layer of RFC 3261 §18: one protocol at one address, or several of them (`transports.ts`). */
export interface Transport {
  readonly protocol: Protocol;
  /** True switches the transactions' retransmissions off. */
  readonly reliable: boolean;
  /** What goes into Via and Contact. */
  readonly local: SocketAddress;
  receiver: TransportReceiver | undefined;
  /** The one that carries what goes there: this one, or one of several. Undefined when none can. */
  toward(to: SocketAddress): Transport | undefined;
  /** Whether what is sent there would come back to this very transport. */
  owns(to: SocketAddress): boolean;
  /**
   * Sends one message; `failed` is called later when it could not be sent.
   * @returns the connection it goes by, whose loss the sender may want to hear of; undefined where there is none
   */
  send(bytes: Buffer, to: SocketAddress, failed?: (error: Error) => void): Flow | undefined;
  close(): Promise<void>;
}

/** RFC 3261 §19.1.2: the port of an address that names none. */
export const defaultPort = (protocol: Protocol = 'UDP'): number =>
  protocol === 'TLS' || protocol === 'WSS' ? 5061 : 5060;

/** A host as it stands in URIs and Vias: an IPv6 literal in brackets (RFC 3261 §25.1). */
export const hostOf = (address: string): string => (isIP(address) === 6 ? `[${address}]` : address);

/** `host:port` as it stands in URIs and Vias. */
export const hostPort = ({ address, port }: SocketAddress): string => `${hostOf(address)}:${port}`;

/** A host of a URI or Via without the brackets of an IPv6 literal. */
export const bareHost = (host: string): string => (host.startsWith('[') ? host.slice(1, -1) : host);

/**
 * Notes on the topmost Via where the request really came from, RFC 3261 §18.2.1 and RFC 3581 §4.
 * @param forceRport treat every sender as one behind a NAT: answer to the source port even when not asked to
 */
export const stampVia = (request: SipRequest, source: SocketAddress, forceRport = false): void => {
  const { via } = request;
  const rport = via.params.has('rport') || (forceRport && via.port !== source.port);
  if (rport) via.params.set('rport', String(source.port));
  // A `received` that came along is nobody's word but the sender's.
  if (!rport && bareHost(via.host) === source.address && !via.params.has('received')) return;
  via.params.set('received', source.address);
  const values = request.headers.filter(({ key }) => key === 'via').flatMap(({ value }) => splitList(value));
  request.set('Via', [via.toString(), ...values.slice(1)]);
};

/**
 * Where the response to `request` goes, RFC 3261 §18.2.2 and RFC 3581 §4: by the connection it came by; when that is closed, to
 * the port its sender listens at. The request must carry the stamp above.
 * @param source where it came from, as the transport told
 */
export const replyAddress = (request: SipRequest, source?: SocketAddress): SocketAddress => {
  const { via } = request;
  const { flow, protocol } = source ?? {};
  const connected = flow?.transport.reliable === true;
  if (source && connected && flow.open) return source;
  const rport = connected ? 0 : Number(via.params.get('rport'));
  const address = bareHost(via.params.get('received') ?? via.host);
  const port = rport > 0 ? rport : (via.port ?? defaultPort(protocol));
  return source && (flow || protocol) ? { address, port, protocol, ...(!connected && { flow }) } : { address, port };
};

export const isRequest = (message: SipMessage): message is SipRequest => message instanceof SipRequest;
