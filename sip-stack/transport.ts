import { SipRequest, type SipMessage } from './message.ts';
import type { SipParseError } from './parse-error.ts';
import { splitList } from './uri.ts';

/** An IP address literal and a port. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** Who takes what a transport receives. */
export interface TransportReceiver {
  onMessage(message: SipMessage, source: SocketAddress): void;
  /** Something came that is no SIP; keep-alives (RFC 5626 §3.5) and empty datagrams are not reported. */
  onRejected(error: SipParseError, source: SocketAddress): void;
}

/** The layer of RFC 3261 §18. UDP is here; a TCP one frames its stream by Content-Length and says `reliable`. */
export interface Transport {
  readonly protocol: string;
  /** True switches the transactions' retransmissions off. */
  readonly reliable: boolean;
  /** What goes into Via and Contact. */
  readonly local: SocketAddress;
  receiver: TransportReceiver | undefined;
  /** Whether what is sent there would come back to this very transport. */
  owns(to: SocketAddress): boolean;
  /** Sends one message; `failed` is called later when it could not be sent. */
  send(bytes: Buffer, to: SocketAddress, failed?: (error: Error) => void): void;
  close(): Promise<void>;
}

/**
 * Notes on the topmost Via where the request really came from, RFC 3261 §18.2.1 and RFC 3581 §4.
 * @param forceRport treat every sender as one behind a NAT: answer to the source port even when not asked to
 */
export const stampVia = (request: SipRequest, source: SocketAddress, forceRport = false): void => {
  const { via } = request;
  const rport = via.params.has('rport') || (forceRport && via.port !== source.port);
  if (rport) via.params.set('rport', String(source.port));
  // A `received` that came along is nobody's word but the sender's.
  if (!rport && via.host === source.address && !via.params.has('received')) return;
  via.params.set('received', source.address);
  const values = request.headers.filter(({ key }) => key === 'via').flatMap(({ value }) => splitList(value));
  request.set('Via', [via.toString(), ...values.slice(1)]);
};

/** Where the response to `request` goes, RFC 3261 §18.2.2 and RFC 3581 §4. The request must carry the stamp above. */
export const replyAddress = (request: SipRequest): SocketAddress => {
  const { via } = request;
  const rport = Number(via.params.get('rport'));
  return { address: via.params.get('received') ?? via.host, port: rport > 0 ? rport : (via.port ?? 5060) };
};

export const isRequest = (message: SipMessage): message is SipRequest => message instanceof SipRequest;
