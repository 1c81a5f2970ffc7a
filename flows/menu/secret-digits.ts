const hidden = '[secret]';
/** The longest card number (ISO/IEC 7812-1) and a little more, so that one that is too long is seen to be. */
const room = 24;

/**
 * Digits that must not be seen: a card number, a security code, a passcode. They come one by one and are kept as bytes that `wipe`
 * zeroes; nothing here makes a text of them but `lastFour`, which may be spoken. Whoever logs or serialises it gets '[secret]'.
 */
export class SecretDigits {
  /**
   * In a buffer of its own: V8 keeps a short typed array in the heap, moves it when it collects garbage, and leaves a copy behind that
   * nobody can wipe.
   */
  readonly #bytes = new Uint8Array(new ArrayBuffer(room));
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get full(): boolean {
    return this.#length === room;
  }

  /** Adds a digit; what is no digit, or has no room, is left out. */
  press(digit: string): void {
    const code = digit.length === 1 ? digit.charCodeAt(0) : 0;
    if (code >= 48 && code <= 57 && !this.full) this.#bytes[this.#length++] = code;
  }

  /** 0 to 9, or undefined behind the last one. */
  at(index: number): number | undefined {
    const code = index < this.#length ? this.#bytes[index] : undefined;
    return code === undefined ? undefined : code - 48;
  }

  /** The number that the first `count` digits make (the issuer, of a card); undefined when there are fewer. Six at most. */
  prefix(count: number): number | undefined {
    if (count > 6) throw new RangeError('no more than the issuer of a card is looked at');
    if (this.#length < count) return undefined;
    return this.#bytes.subarray(0, count).reduce((number, code) => number * 10 + code - 48, 0);
  }

  lastFour(): string {
    return String.fromCharCode(...this.#bytes.subarray(Math.max(0, this.#length - 4), this.#length));
  }

  /** The digits themselves, as ASCII, and no copy: `wipe` zeroes them there too. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  wipe(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return hidden;
  }
}
