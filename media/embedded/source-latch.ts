import type { RemoteInfo } from 'node:dgram';

export type Address = { readonly address: string; readonly port: number };

/** The parts of a UDP socket that have to do with addresses. */
export interface LatchedSocket {
  address(): Address;
  connect(port: number, address: string): void;
  disconnect(): void;
  send(packet: Buffer, port?: number, address?: string): void;
}

const same = (a: Address, b: Address): boolean => a.port === b.port && a.address === b.address;

/**
 * Whom a leg listens and talks to. Audio goes to the address agreed on in SDP; a party behind a NAT sends from another one: the first
 * source heard is then answered (symmetric RTP, RFC 4961). No later stranger is let in, and the agreed address, once heard, wins for good:
 * from then on the socket is connected and the kernel drops all others.
 */
export class SourceLatch {
  readonly #socket: LatchedSocket;
  #expected: Address | null = null;
  #heard: Address | null = null;
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
    if (!this.#connected) return;
    this.#socket.disconnect();
    this.#connected = false;
  }

  /** May a packet from this source be heard? */
  accept(source: RemoteInfo): boolean {
    if (this.#connected) return true;
    if (!this.#expected) return false;
    if (same(source, this.#expected)) {
      this.#socket.connect(this.#expected.port, this.#expected.address);
      this.#connected = true;
      this.#heard = this.#expected;
      return true;
    }
    this.#heard ??= { address: source.address, port: source.port };
    return same(source, this.#heard);
  }

  send(packet: Buffer): void {
    if (this.#connected) return this.#socket.send(packet);
    const to = this.#heard ?? this.#expected;
    if (to) this.#socket.send(packet, to.port, to.address);
  }
}
