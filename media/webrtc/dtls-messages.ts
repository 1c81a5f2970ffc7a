/**
 * Handshake messages that are not encrypted, RFC 6347 §4.2.2 and §4.2.3, put in order:
 *
 *     | type | length, 3 bytes | message's number, 2 | fragment's offset, 3 | fragment's length, 3 | fragment |
 *
 * Whole messages come out, each once and none before the one before it: what implements the handshake takes a message that comes twice, or
 * too early, for another one (decision 68). Only the peer's last hello comes out again, which asks for what was sent last.
 */

const HEADER_BYTES = 12;
/** A certificate of a browser has some hundred bytes; one with a chain of authorities has no place here. */
export const MOST_MESSAGE_BYTES = 8192;
/** Messages beyond the next that are kept: a whole flight. */
const MOST_AHEAD = 8;
const CLIENT_HELLO = 1;

type Fragment = {
  readonly type: number;
  readonly length: number;
  readonly number: number;
  readonly offset: number;
  readonly bytes: Buffer;
};

/** Fragments in the body of a record; undefined when there is anything else in it, or a message longer than is taken. */
const fragmentsOf = (body: Buffer): Fragment[] | undefined => {
  const fragments: Fragment[] = [];
  let at = 0;
  while (at < body.length) {
    if (body.length - at < HEADER_BYTES) return undefined;
    const length = body.readUIntBE(at + 1, 3);
    const offset = body.readUIntBE(at + 6, 3);
    const end = at + HEADER_BYTES + body.readUIntBE(at + 9, 3);
    const bytes = body.subarray(at + HEADER_BYTES, end);
    if (length > MOST_MESSAGE_BYTES || end > body.length || offset + bytes.length > length) return undefined;
    fragments.push({ type: body[at]!, length, number: body.readUInt16BE(at + 4), offset, bytes });
    at = end;
  }
  return fragments;
};

/** A message of which parts are there. */
class Partial {
  readonly #header: Pick<Fragment, 'type' | 'length' | 'number'>;
  readonly #bytes: Buffer;
  readonly #there: Uint8Array;
  #missing: number;

  constructor(fragment: Fragment) {
    this.#header = fragment;
    this.#bytes = Buffer.alloc(fragment.length);
    this.#there = new Uint8Array(fragment.length);
    this.#missing = fragment.length;
  }

  get whole(): boolean {
    return this.#missing === 0;
  }

  take({ type, length, offset, bytes }: Fragment): void {
    if (type !== this.#header.type || length !== this.#header.length) return;
    for (let i = 0; i < bytes.length; i += 1) {
      if (this.#there[offset + i]) continue;
      this.#there[offset + i] = 1;
      this.#bytes[offset + i] = bytes[i]!;
      this.#missing -= 1;
    }
  }

  /** As one that was never cut. */
  message(): Buffer {
    const { type, length, number } = this.#header;
    const header = Buffer.alloc(HEADER_BYTES);
    header[0] = type;
    header.writeUIntBE(length, 1, 3);
    header.writeUInt16BE(number, 4);
    header.writeUIntBE(length, 9, 3);
    return Buffer.concat([header, this.#bytes]);
  }
}

export class HandshakeMessages {
  readonly #partial = new Map<number, Partial>();
  #next = 0;
  #last: Buffer | undefined;

  /** Type of the last message that came out; -1: none did. */
  get lastType(): number {
    return this.#last?.[0] ?? -1;
  }

  /** The body of a record: what is whole now, in order. Undefined when it is malformed. */
  take(body: Buffer): Buffer[] | undefined {
    const fragments = fragmentsOf(body);
    if (!fragments) return undefined;
    const out: Buffer[] = [];
    for (const fragment of fragments) {
      if (this.#isRepeatedHello(fragment)) out.push(this.#last!);
      else this.#keep(fragment);
      for (let partial = this.#partial.get(this.#next); partial?.whole; partial = this.#partial.get(this.#next)) {
        this.#partial.delete(this.#next);
        this.#next += 1;
        this.#last = partial.message();
        out.push(this.#last);
      }
    }
    return out;
  }

  #isRepeatedHello({ number, offset }: Fragment): boolean {
    return this.lastType === CLIENT_HELLO && number === this.#next - 1 && offset === 0;
  }

  #keep(fragment: Fragment): void {
    const { number } = fragment;
    if (number < this.#next || number >= this.#next + MOST_AHEAD) return;
    const partial = this.#partial.get(number) ?? new Partial(fragment);
    this.#partial.set(number, partial);
    partial.take(fragment);
  }
}
