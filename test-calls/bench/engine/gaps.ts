/** Tenths of a millisecond; the last bin holds all that is longer. */
const BINS = 5_000;
const BINS_A_MS = 10;

/** Times between packets, counted in tenths of a millisecond up to half a second. */
export class Gaps {
  readonly #bins = new Uint32Array(BINS + 1);
  #count = 0;
  #max = 0;

  add(ms: number): void {
    this.#bins[Math.min(BINS, Math.max(0, Math.round(ms * BINS_A_MS)))]! += 1;
    this.#count += 1;
    if (ms > this.#max) this.#max = ms;
  }

  clear(): void {
    this.#bins.fill(0);
    this.#count = 0;
    this.#max = 0;
  }

  get count(): number {
    return this.#count;
  }

  get max(): number {
    return this.#max;
  }

  /** The gap that this share of all does not exceed, ms; NaN when there is none. */
  percentile(share: number): number {
    let left = Math.ceil(this.#count * share);
    for (let bin = 0; bin <= BINS && this.#count > 0; bin += 1) {
      left -= this.#bins[bin]!;
      if (left <= 0) return bin / BINS_A_MS;
    }
    return NaN;
  }
}
