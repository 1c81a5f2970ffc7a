/** Longest payload either side may send: five digits of length. Octets. */
export const maxPayload = 99_999;

/** The stream is no sequence of `<n>#<payload>`; nothing after this point can be understood. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const hash = 35;

/** Cuts a stream into payloads. A frame is the decimal number of octets, `#`, and that many octets. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  /** Chunks that belong to a payload not yet complete. */
  #chunks: Buffer[] = [];
  #waiting = 0;

  /**
   * Takes what arrived.
   * @returns the payloads completed by it
   * @throws FrameError
   */
  push(chunk: Buffer): Buffer[] {
    if (this.#waiting > 0) {
      this.#chunks.push(chunk);
      this.#waiting -= chunk.length;
      if (this.#waiting > 0) return [];
      this.#rest = Buffer.concat(this.#chunks);
      this.#chunks = [];
      this.#waiting = 0;
    } else this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    return this.#cut();
  }

  #cut(): Buffer[] {
    const payloads: Buffer[] = [];
    let at = 0;
    for (;;) {
      const length = this.#length(at);
      if (length === undefined) break;
      const start = this.#rest.indexOf(hash, at) + 1;
      const missing = start + length - this.#rest.length;
      if (missing > 0) {
        this.#chunks = [this.#rest.subarray(at)];
        this.#waiting = missing;
        this.#rest = Buffer.alloc(0);
        return payloads;
      }
      payloads.push(this.#rest.subarray(start, start + length));
      at = start + length;
    }
    this.#rest = this.#rest.subarray(at);
    return payloads;
  }

  /** The length that starts at `at`; undefined when not all of its digits have arrived. */
  #length(at: number): number | undefined {
    let length = 0;
    for (let i = at; i < this.#rest.length; i++) {
      const byte = this.#rest[i] ?? 0;
      if (byte === hash && i > at) return length;
      if (byte < 48 || byte > 57 || i - at === 5) throw new FrameError('no length before the message');
      length = length * 10 + byte - 48;
    }
    return undefined;
  }
}

/** A frame of a text and, after it, a SIP message. */
export const frame = (text: string, message?: Buffer): Buffer => {
  const head = Buffer.byteLength(text);
  if (!message) return Buffer.from(`${head}#${text}`);
  return Buffer.concat([Buffer.from(`${head + 2 + message.length}#${text}\r\n`), message]);
};
