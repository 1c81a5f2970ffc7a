import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { SipRequest, type SipMessage } from '#sip-stack/message.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';

export interface HepOptions {
  /** Where the capture server listens (UDP). */
  readonly host: string;
  readonly port: number;
  /** Tells one capturing server from another. */
  readonly agentId: number;
}

/** One SIP message on the wire. */
export interface Captured {
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly bytes: Buffer;
}

/** Types of the generic chunks (vendor 0) of HEP3. */
const chunks = {
  family: 1,
  protocol: 2,
  source4: 3,
  target4: 4,
  source6: 5,
  target6: 6,
  sourcePort: 7,
  targetPort: 8,
  seconds: 9,
  microseconds: 10,
  payloadType: 11,
  agentId: 12,
  payload: 15,
} as const;
const [inet4, inet6, sip] = [2, 10, 1];
/** IANA protocol numbers. */
const [tcp, udp] = [6, 17];

const chunk = (type: number, value: Buffer): Buffer => {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(6 + value.length, 4);
  return Buffer.concat([head, value]);
};
const octet = (type: number, value: number): Buffer => chunk(type, Buffer.from([value]));
const short = (type: number, value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return chunk(type, bytes);
};
const long = (type: number, value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return chunk(type, bytes);
};

/** An address literal as its 4 or 16 octets. */
const octetsOf = (address: string): Buffer => {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const plain = address.replace(/%.*$/, '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const all =
    tail === undefined ? before : [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
};

/** Longest message that fits: the length of a packet has 16 bits. */
const maxPayload = 65_000;

/** A packet of the HEP3 protocol of sipcapture (`github.com/sipcapture/HEP`, revision 36). */
export const hepPacket = ({ from, to, at, bytes }: Captured, agentId: number): Buffer => {
  const six = isIPv6(from.address);
  const body = Buffer.concat([
    octet(chunks.family, six ? inet6 : inet4),
    octet(chunks.protocol, (from.protocol ?? to.protocol ?? 'UDP') === 'UDP' ? udp : tcp),
    chunk(six ? chunks.source6 : chunks.source4, octetsOf(from.address)),
    chunk(six ? chunks.target6 : chunks.target4, octetsOf(to.address)),
    short(chunks.sourcePort, from.port),
    short(chunks.targetPort, to.port),
    long(chunks.seconds, Math.floor(at / 1000)),
    long(chunks.microseconds, (at % 1000) * 1000),
    octet(chunks.payloadType, sip),
    long(chunks.agentId, agentId),
    chunk(chunks.payload, bytes.subarray(0, maxPayload)),
  ]);
  const head = Buffer.from('HEP3\0\0', 'latin1');
  head.writeUInt16BE(head.length + body.length, 4);
  return Buffer.concat([head, body]);
};

const hidden = 0x78;

/** A message as a capture server may see it: an INFO's body is as long as it was and says nothing, for it may be a key of a PIN or a card. */
export const shownOf = (message: SipMessage): Buffer => {
  const bytes = message.raw ?? message.toBuffer();
  const keys = message instanceof SipRequest && message.method === 'INFO' && message.body.length > 0;
  if (!keys) return bytes;
  const shown = Buffer.from(bytes);
  // The first empty line ends the headers (RFC 3261 §7); a line may end with LF alone.
  const end = /\r?\n\r?\n/.exec(shown.toString('latin1'));
  return shown.fill(hidden, end ? end.index + end[0].length : 0);
};

/** Sends a copy of every SIP message to a capture server; what is lost on the way is lost. */
export class HepCapture {
  readonly #socket: Socket;
  readonly #options: HepOptions;

  constructor(options: HepOptions) {
    this.#options = options;
    this.#socket = createSocket(options.host.includes(':') ? 'udp6' : 'udp4');
    this.#socket.unref();
    // Nobody listens there: no reason to stop calls.
    this.#socket.on('error', () => undefined);
  }

  take(captured: Captured): void {
    const { host, port, agentId } = this.#options;
    this.#socket.send(hepPacket(captured, agentId), port, host, () => undefined);
  }

  close(): void {
    this.#socket.close();
  }
}
