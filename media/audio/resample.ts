/** A stream of samples brought from one rate to another: linear between samples going up, the mean of the span going down. */
export class Resampler {
  readonly #step: number;
  #position = 0;
  #previous = 0;
  #sum = 0;
  #count = 0;

  /** Rates in samples per second. */
  constructor(from: number, to: number) {
    this.#step = from / to;
  }

  /** The most samples `push` can produce from `count` samples. */
  most(count: number): number {
    return Math.ceil(count / this.#step) + 1;
  }

  /** Converts `count` samples of `input` into `output`; returns how many were written. State runs on to the next call. */
  push(input: Int16Array, count: number, output: Int16Array): number {
    return this.#step > 1 ? this.#down(input, count, output) : this.#up(input, count, output);
  }

  #down(input: Int16Array, count: number, output: Int16Array): number {
    let written = 0;
    for (let i = 0; i < count; i += 1) {
      this.#sum += input[i]!;
      this.#count += 1;
      this.#position += 1;
      if (this.#position < this.#step) continue;
      output[written] = Math.round(this.#sum / this.#count);
      written += 1;
      this.#position -= this.#step;
      this.#sum = 0;
      this.#count = 0;
    }
    return written;
  }

  #up(input: Int16Array, count: number, output: Int16Array): number {
    let written = 0;
    for (let i = 0; i < count; i += 1) {
      const sample = input[i]!;
      while (this.#position < 1) {
        output[written] = Math.round(this.#previous + (sample - this.#previous) * this.#position);
        written += 1;
        this.#position += this.#step;
      }
      this.#position -= 1;
      this.#previous = sample;
    }
    return written;
  }
}
