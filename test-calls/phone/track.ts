/** Mu-law of a silent line (+0). */
export const SILENCE = 0xff;

/** Arrival is kept for each cell of 10 ms: packet times of 10, 20, 30, ... ms all fill whole cells. */
const CELL = 80;

/**
 * What an ear heard: mu-law samples at 8,000 a second, each where its RTP timestamp puts it, with the time its packet arrived.
 * A sample that never came is silence, and `arrivalOf` it is undefined.
 */
export class Track {
  #samples = new Uint8Array(0);
  #cells = new Float64Array(0);
  #length = 0;
  #arrivals = new Float64Array(256);
  #starts = new Int32Array(256);
  #count = 0;
  #overwritten = 0;

  /** Mu-law of everything heard so far: a view, valid until the next packet. */
  get samples(): Uint8Array<ArrayBuffer> {
    return this.#samples.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  /** Packets laid where another already lay: two senders at once, or a sender that turned its clock back. */
  get overwritten(): number {
    return this.#overwritten;
  }

  /** Arrival times of the packets with audio, ms on the `performance.now()` clock, in order of arrival. */
  get arrivals(): Float64Array {
    return this.#arrivals.subarray(0, this.#count);
  }

  /** Lays `count` samples at `at`; `law` translates each byte of `from` (starting at `offset`) to mu-law. */
  lay(
    at: number,
    from: Uint8Array,
    offset: number,
    count: number,
    law: Uint8Array | undefined,
    arrivalMs: number,
  ): void {
    this.#make(at + count);
    if (law) for (let i = 0; i < count; i++) this.#samples[at + i] = law[from[offset + i]!]!;
    else this.#samples.set(from.subarray(offset, offset + count), at);
    this.#length = Math.max(this.#length, at + count);
    const first = Math.floor(at / CELL);
    if (!Number.isNaN(this.#cells[first])) this.#overwritten++;
    for (let cell = first; cell * CELL < at + count; cell++) this.#cells[cell] = arrivalMs;
    if (this.#count === this.#arrivals.length) {
      const [arrivals, starts] = [this.#arrivals, this.#starts];
      this.#arrivals = new Float64Array(this.#count * 2);
      this.#arrivals.set(arrivals);
      this.#starts = new Int32Array(this.#count * 2);
      this.#starts.set(starts);
    }
    this.#arrivals[this.#count] = arrivalMs;
    this.#starts[this.#count++] = at;
  }

  /** When the packet that brought this sample arrived, in ms, or undefined when it never came. */
  arrivalOf(sample: number): number | undefined {
    const ms = this.#cells[Math.floor(sample / CELL)];
    return ms === undefined || Number.isNaN(ms) ? undefined : ms;
  }

  /** The first sample of the first packet that arrived at or after this time, in ms; the end when none did. */
  sampleAt(ms: number): number {
    const index = this.#packetAt(ms);
    return index === this.#count ? this.#length : this.#starts[index]!;
  }

  /** How many packets with audio arrived from `fromMs` up to but not at `toMs`. */
  packets(fromMs: number, toMs: number): number {
    return this.#packetAt(toMs) - this.#packetAt(fromMs);
  }

  #packetAt(ms: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#arrivals[middle]! < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #make(room: number): void {
    if (room <= this.#samples.length) return;
    const size = Math.ceil(Math.max(room, this.#samples.length * 2, 80_000) / CELL) * CELL;
    const [samples, cells] = [this.#samples, this.#cells];
    this.#samples = new Uint8Array(size).fill(SILENCE);
    this.#samples.set(samples);
    this.#cells = new Float64Array(size / CELL + 1).fill(NaN);
    this.#cells.set(cells);
  }
}
