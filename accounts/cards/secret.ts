import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/**
 * Digits that must not be seen: a card number, a CVV. Whoever logs, inspects or serialises it, or what holds it, gets '[secret]'. Kept as
 * bytes, so that `wipe` ends them; what `reveal` hands out lives on until it is collected, so call it last and keep nothing.
 */
export class Secret {
  readonly #bytes: Buffer;

  /** Takes a buffer over: `wipe` zeroes the caller's bytes too. */
  constructor(digits: string | Buffer) {
    this.#bytes = typeof digits === 'string' ? Buffer.from(digits) : digits;
  }

  /** The digits as ASCII, and no copy: whoever looks at them here leaves no text behind. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The digits; after `wipe` as many NULs. */
  reveal(): string {
    return this.#bytes.toString('latin1');
  }

  wipe(): void {
    this.#bytes.fill(0);
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
