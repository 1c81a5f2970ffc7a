import { type Libc, AF_INET, MSG_TRUNC } from './libc.ts';

/** sockaddr_in, ip(7): family, port and address, both in network order, and eight bytes of nothing. */
export const SOCKET_ADDRESS_BYTES = 16;
/** mmsghdr, recvmmsg(2): a msghdr of 56 bytes and how many bytes came. */
const HEADER_BYTES = 64;
const AT_NAME = 0;
const AT_NAME_LENGTH = 8;
const AT_VECTOR = 16;
const AT_VECTOR_COUNT = 24;
const AT_CONTROL = 32;
const AT_CONTROL_LENGTH = 40;
const AT_FLAGS = 48;
const AT_RECEIVED = 56;
/** iovec: where, and how many bytes. */
const VECTOR_BYTES = 16;
const ALIGNMENT = 16;

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/**
 * Room for datagrams that go to, or come from, the kernel in one call: everything that recvmmsg(2) and sendmmsg(2) want, in one piece of
 * memory that never moves. Nothing is allocated per datagram.
 *
 *     | mmsghdr x n | iovec x n | sockaddr_in x n | control x n | data x n |
 */
export class Datagrams {
  readonly count: number;
  /** Address of the first mmsghdr. */
  readonly headers: number;
  readonly #bytes: number;
  readonly #view: DataView;
  readonly #data: Buffer;
  readonly #dataAddress: number;
  readonly #vectorsAt: number;
  readonly #namesAt: number;
  readonly #namesAddress: number;
  readonly #controlAt: number;
  readonly #controlBytes: number;
  readonly #pieces: Buffer[];

  /** `bytes` for the data of each, `controlBytes` for its ancillary data (cmsg(3)). */
  constructor(libc: Libc, count: number, bytes: number, controlBytes = 0) {
    this.count = count;
    this.#bytes = bytes;
    this.#controlBytes = aligned(controlBytes);
    this.#vectorsAt = count * HEADER_BYTES;
    this.#namesAt = this.#vectorsAt + count * VECTOR_BYTES;
    this.#controlAt = this.#namesAt + count * SOCKET_ADDRESS_BYTES;
    const dataAt = this.#controlAt + count * this.#controlBytes;
    const memory = new ArrayBuffer(dataAt + count * bytes);
    const address = libc.addressOf(memory);
    this.headers = address;
    this.#namesAddress = address + this.#namesAt;
    this.#dataAddress = address + dataAt;
    this.#view = new DataView(memory);
    this.#data = Buffer.from(memory, dataAt);
    this.#pieces = Array.from({ length: count }, (_, i) => this.#piece(i, bytes));
    for (let i = 0; i < count; i += 1) {
      const header = i * HEADER_BYTES;
      this.#pointer(header + AT_NAME, this.#namesAddress + i * SOCKET_ADDRESS_BYTES);
      this.#pointer(header + AT_VECTOR, address + this.#vectorsAt + i * VECTOR_BYTES);
      this.#pointer(header + AT_VECTOR_COUNT, 1);
      if (controlBytes > 0) this.#pointer(header + AT_CONTROL, address + this.#controlAt + i * this.#controlBytes);
      this.#pointer(this.#vectorsAt + i * VECTOR_BYTES, this.#dataAddress + i * bytes);
      this.#view.setUint16(this.#namesAt + i * SOCKET_ADDRESS_BYTES, AF_INET, true);
      this.free(i);
    }
  }

  /** Makes room for another datagram: the kernel wrote over the lengths of the last one. */
  free(i: number): void {
    this.#view.setUint32(i * HEADER_BYTES + AT_NAME_LENGTH, SOCKET_ADDRESS_BYTES, true);
    this.#view.setUint32(i * HEADER_BYTES + AT_CONTROL_LENGTH, this.#controlBytes, true);
    this.#setLength(i, this.#bytes);
  }

  /** What was received; it is valid until the next call, and empty when it did not fit. */
  received(i: number): Buffer {
    const header = i * HEADER_BYTES;
    const cut = (this.#view.getUint32(header + AT_FLAGS, true) & MSG_TRUNC) !== 0;
    const length = cut ? 0 : Math.min(this.#bytes, this.#view.getUint32(header + AT_RECEIVED, true));
    const piece = this.#pieces[i]!;
    // almost every datagram is as long as the one before
    return piece.length === length ? piece : (this.#pieces[i] = this.#piece(i, length));
  }

  /** IPv4 address of who sent it, or is to get it, as a number. */
  address(i: number): number {
    return this.#view.getUint32(this.#namesAt + i * SOCKET_ADDRESS_BYTES + 4);
  }

  port(i: number): number {
    return this.#view.getUint16(this.#namesAt + i * SOCKET_ADDRESS_BYTES + 2);
  }

  /** Where a datagram to be sent goes. */
  direct(i: number, address: number, port: number): void {
    this.#view.setUint16(this.#namesAt + i * SOCKET_ADDRESS_BYTES + 2, port);
    this.#view.setUint32(this.#namesAt + i * SOCKET_ADDRESS_BYTES + 4, address);
  }

  /** Memory for a datagram to be sent, and that so much of it will be. */
  room(i: number, length: number): Buffer {
    if (length > this.#bytes) throw new RangeError(`a datagram of ${length} bytes: there is room for ${this.#bytes}`);
    this.#setLength(i, length);
    const piece = this.#pieces[i]!;
    return piece.length === length ? piece : (this.#pieces[i] = this.#piece(i, length));
  }

  /** Whether these are bytes made in the room of a datagram, from its beginning. */
  holds(i: number, bytes: Buffer): boolean {
    return bytes.buffer === this.#data.buffer && bytes.byteOffset === this.#data.byteOffset + i * this.#bytes;
  }

  /** Address of a datagram's data. */
  dataAddress(i: number): number {
    return this.#dataAddress + i * this.#bytes;
  }

  /** Address of a datagram's sockaddr_in. */
  nameAddress(i: number): number {
    return this.#namesAddress + i * SOCKET_ADDRESS_BYTES;
  }

  /** Ancillary data: 32 bits at a position of it. */
  control(i: number, at: number): number {
    return this.#view.getUint32(this.#controlAt + i * this.#controlBytes + at, true);
  }

  #piece(i: number, length: number): Buffer {
    return this.#data.subarray(i * this.#bytes, i * this.#bytes + length);
  }

  #setLength(i: number, length: number): void {
    this.#view.setUint32(this.#vectorsAt + i * VECTOR_BYTES + 8, length, true);
  }

  #pointer(at: number, value: number): void {
    this.#view.setBigUint64(at, BigInt(value), true);
  }
}

/** An IPv4 literal as a number, undefined when it is none. */
export function numberOfIPv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

export const textOfIPv4 = (value: number): string =>
  `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
