import type { RemoteInfo } from 'node:dgram';
import { sequenceDistance } from '#media/rtp/packet.ts';

export type Address = { readonly address: string; readonly port: number };

/** The parts of a UDP socket that have to do with addresses. */
export interface LatchedSocket {
  address(): Address;
  connect(port: number, address: string): void;
  disconnect(): void;
  send(packet: Buffer, port?: number, address?: string): void;
}

const same = (a: Address, b: Address): boolean => a.port === b.port && a.address === b.address;

/** Packets in sequence that make a source the party's: a stranger who strews single packets over all ports has none (RFC 3550 §A.1). */
const PROOF = 5;
/** Sources that are watched at once while it is not certain which one is the party. */
const MOST_RIVALS = 8;

/** A source that sends to our port. */
type Source = Address & { last: number; inSequence: number };

/**
 * Whom a leg listens and talks to. Audio goes to the address agreed on in SDP; a party behind a NAT sends from another one: the first
 * source heard is then answered (symmetric RTP, RFC 4961). The agreed address, once heard, wins for good: from then on the socket is
 * connected and the kernel drops all others. Until then
 *
 *      nobody --first packet--> heard --five in sequence--> proven
 *                                 '--another has five in sequence, or sends from the agreed host--> that one
 *
 * so that a stranger who is faster than the phone, but does not go on talking, does not have the call. From the agreed host (another
 * port of it: a NAT that changes ports) nothing but the agreed address takes it away any more.
 */
export class SourceLatch {
  readonly #socket: LatchedSocket;
  #expected: Address | null = null;
  #heard: Source | null = null;
  #rivals: Source[] = [];
  #connected = false;

  constructor(socket: LatchedSocket) {
    this.#socket = socket;
  }

  /** There is an address to send to. */
  get canSend(): boolean {
    return this.#expected !== null;
  }

  /** Whom it is talked with: who was heard, else who was agreed on. */
  get peer(): Address | null {
    return this.#heard ?? this.#expected;
  }

  /** Somebody who was heard before, or who is expected; a stranger is not let in by this. */
  knows(source: Address): boolean {
    return this.#connected || (this.peer !== null && same(source, this.peer));
  }

  /** A new agreement. The same address keeps what was learnt. An address of our own (an SDP that was echoed) counts as none. */
  expect(remote: Address | null): void {
    const own = this.#socket.address();
    const next = remote && !same(remote, own) ? remote : null;
    if (next && this.#expected && same(next, this.#expected)) return;
    this.#expected = next;
    this.#heard = null;
    this.#rivals = [];
    if (!this.#connected) return;
    this.#socket.disconnect();
    this.#connected = false;
  }

  /** May a packet from this source be heard? @param sequence its RTP sequence number */
  accept(source: RemoteInfo, sequence: number): boolean {
    if (this.#connected) return true;
    const expected = this.#expected;
    if (!expected) return false;
    if (same(source, expected)) {
      this.#socket.connect(expected.port, expected.address);
      this.#connected = true;
      this.#rivals = [];
      return true;
    }
    const heard = (this.#heard ??= begun(source, sequence));
    if (same(source, heard)) {
      follow(heard, sequence);
      return true;
    }
    return this.#outdoes(source, sequence, heard, expected);
  }

  send(packet: Buffer): void {
    if (this.#connected) return this.#socket.send(packet);
    const to = this.#heard ?? this.#expected;
    if (to) this.#socket.send(packet, to.port, to.address);
  }

  /** Another source than the one heard: is it the party rather than that? */
  #outdoes(source: RemoteInfo, sequence: number, heard: Source, expected: Address): boolean {
    const atHome = (one: Address): boolean => one.address === expected.address;
    if (atHome(heard)) return false;
    if (atHome(source)) return this.#take(begun(source, sequence));
    if (heard.inSequence >= PROOF) return false;
    const known = this.#rivals.find((one) => same(one, source));
    if (!known) {
      if (this.#rivals.length === MOST_RIVALS) this.#rivals.shift();
      this.#rivals.push(begun(source, sequence));
      return false;
    }
    follow(known, sequence);
    return known.inSequence >= PROOF && this.#take(known);
  }

  #take(source: Source): true {
    this.#heard = source;
    this.#rivals = [];
    return true;
  }
}

const begun = ({ address, port }: Address, sequence: number): Source => ({
  ...{ address, port },
  last: sequence,
  inSequence: 1,
});

/** A packet more of this source: in sequence, or a new beginning. What comes late or twice changes nothing. */
const follow = (source: Source, sequence: number): void => {
  if (source.inSequence >= PROOF) return;
  const step = sequenceDistance(sequence, source.last);
  if (step <= 0 && step > -PROOF) return;
  source.inSequence = step === 1 ? source.inSequence + 1 : 1;
  source.last = sequence;
};
