/** Numbers that look random and are the same for the same seed, so that whatever an attack finds can be had again. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  }

  /** 32 bits. */
  bits(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    // The generator alone shows its last state; a multiplication hides it (xorshift*).
    return Math.imul(x, 0x2545f491) >>> 0;
  }

  /** A whole number from 0 up to, and not including, `below`. */
  below(below: number): number {
    return Math.floor((this.bits() / 2 ** 32) * below);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True so often, of one. */
  chance(share: number): boolean {
    return this.bits() < share * 2 ** 32;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; i++) bytes[i] = this.bits() >>> 24;
    return bytes;
  }
}
