/** Samples per second on the telephone. */
export const RATE = 8000;

/**
 * One frequency's share of a block of samples (Goertzel's algorithm). `real` and `imaginary` are the block's Fourier sum at that frequency,
 * with the block's first sample at phase zero.
 */
export class Goertzel {
  real = 0;
  imaginary = 0;
  readonly #coefficient: number;
  readonly #cosine: number;
  readonly #sine: number;
  /** Brings the sum, which the recursion leaves at the phase of the last sample, back to that of the first. */
  readonly #turnReal: number;
  readonly #turnImaginary: number;

  /** `hertz` of blocks of so many samples. */
  constructor(hertz: number, block: number) {
    const step = (2 * Math.PI * hertz) / RATE;
    this.#cosine = Math.cos(step);
    this.#sine = Math.sin(step);
    this.#coefficient = 2 * this.#cosine;
    this.#turnReal = Math.cos(step * (block - 1));
    this.#turnImaginary = -Math.sin(step * (block - 1));
  }

  /** Of the samples from `offset` on. */
  measure(samples: Float64Array, offset: number, count: number): void {
    const coefficient = this.#coefficient;
    let before = 0;
    let last = 0;
    for (let index = 0; index < count; index += 1) {
      const next = samples[offset + index]! + coefficient * last - before;
      before = last;
      last = next;
    }
    const real = last - before * this.#cosine;
    const imaginary = before * this.#sine;
    this.real = real * this.#turnReal - imaginary * this.#turnImaginary;
    this.imaginary = real * this.#turnImaginary + imaginary * this.#turnReal;
  }

  get power(): number {
    return this.real * this.real + this.imaginary * this.imaginary;
  }
}
