/** Tells of something that may happen thousands of times a second a few times a second at most, and then how often it did. */
export class Seldom {
  readonly #now: () => number;
  readonly #most: number;
  #second = NaN;
  #told = 0;
  #untold = 0;

  /**
   * @param now milliseconds of any clock
   * @param mostASecond how often it is told
   */
  constructor(now: () => number, mostASecond = 1) {
    this.#now = now;
    this.#most = mostASecond;
  }

  /** @param tell is given how many were not told of since the last time */
  happened(tell: (untold: number) => void): void {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#told = 0;
    }
    if (this.#told === this.#most) {
      this.#untold += 1;
      return;
    }
    const untold = this.#untold;
    this.#told += 1;
    this.#untold = 0;
    tell(untold);
  }
}
