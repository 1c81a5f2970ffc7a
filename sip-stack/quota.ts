/**
 * So many at once, and so many of one source: whoever floods fills their own share, and the rest stays free for others. Who forges
 * addresses can fill it all, but no more than that.
 */
export class Quota {
  readonly most: number;
  readonly mostOfOne: number;
  #all = 0;
  readonly #of = new Map<string, number>();

  constructor(most: number, mostOfOne: number) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  /** How many there are. */
  get size(): number {
    return this.#all;
  }

  /** One more of this source; false, and nothing is counted, when that is too many. */
  enter(source: string): boolean {
    const ofOne = this.#of.get(source) ?? 0;
    if (this.#all >= this.most || ofOne >= this.mostOfOne) return false;
    this.count(source);
    return true;
  }

  /** One more, however many there are. */
  count(source: string): void {
    this.#all += 1;
    this.#of.set(source, (this.#of.get(source) ?? 0) + 1);
  }

  /** One less. To be called once for each that came in. */
  leave(source: string): void {
    const ofOne = this.#of.get(source);
    if (ofOne === undefined) return;
    this.#all -= 1;
    if (ofOne === 1) this.#of.delete(source);
    else this.#of.set(source, ofOne - 1);
  }
}
