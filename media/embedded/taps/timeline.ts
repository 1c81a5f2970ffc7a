import { FRAME_SAMPLES } from '#media/audio/g711.ts';

/**
 * One or two lanes of samples on a common sample grid (left: what this party says, right: what it hears).
 *
 * A lane is continuous: frames follow each other without seam, however unevenly they come, and its place is moved only by what the
 * stream itself says was left out (`gap`), or when the lane was silent so long that its place is lost; then it goes on at the present.
 * `now` moves on 20 ms a tick. A flush hands out everything up to `now`; a lane that lags then stands as silence and is handed out again
 * when its frames come.
 */

/** A lane may be this far behind before its silence is taken for real, and this far ahead before a frame is left out. */
const MOST_BEHIND = 50 * FRAME_SAMPLES;
const MOST_AHEAD = 50 * FRAME_SAMPLES;
/** Room between two writes, a second apart, and for lanes that are a little early or late; it grows with those that are more so. */
const FIRST_CAPACITY = 56 * FRAME_SAMPLES;

/** Takes samples (interleaved) for a position in samples from the start. The array is only valid during the call. */
export type Take = (position: number, interleaved: Int16Array) => void;
export type Lane = 0 | 1;

export class Timeline {
  readonly #lanes: 1 | 2;
  #samples: Int16Array;
  readonly #next: [number, number] = [0, 0];
  readonly #absent: [boolean, boolean] = [true, true];
  #base = 0;
  #dirty = 0;
  #now = 0;
  /** Frames that had to be left out because a lane ran ahead of the clock (two clocks that differ). */
  dropped = 0;

  constructor(lanes: 1 | 2) {
    this.#lanes = lanes;
    this.#samples = new Int16Array(FIRST_CAPACITY * lanes);
  }

  /** Position of the clock in samples. */
  get now(): number {
    return this.#now;
  }

  /** Puts a frame on a lane. */
  put(lane: Lane, samples: Int16Array, gap: number, fresh: boolean): void {
    let at = this.#next[lane] + gap;
    if (fresh || this.#absent[lane]) at = Math.max(this.#next[lane], this.#now);
    if (at > this.#now + MOST_AHEAD) {
      this.dropped += 1;
      return;
    }
    this.#absent[lane] = false;
    const lanes = this.#lanes;
    this.#reach(at + FRAME_SAMPLES);
    let to = (at - this.#base) * lanes + lane;
    for (let i = 0; i < FRAME_SAMPLES; i += 1, to += lanes) this.#samples[to] = samples[i]!;
    this.#next[lane] = at + FRAME_SAMPLES;
    if (at < this.#dirty) this.#dirty = at;
  }

  /** 20 ms went by. */
  tick(): void {
    this.#now += FRAME_SAMPLES;
    const oldest = this.#now - MOST_BEHIND;
    for (let lane = this.#lanes - 1; lane >= 0; lane -= 1) {
      if (this.#next[lane as Lane] >= oldest) continue;
      this.#next[lane as Lane] = oldest;
      this.#absent[lane as Lane] = true;
    }
  }

  /** Every lane goes on at the present: what comes next has nothing to do with what was before. */
  cut(): void {
    this.#absent.fill(true);
  }

  /** Hands out what is new up to the clock. At most 2 s may pass between two calls. */
  flush(take: Take): void {
    this.#handOut(this.#now, take);
  }

  /** The end: everything, also what came ahead of the clock. */
  finish(take: Take): void {
    this.#handOut(Math.max(this.#now, this.#next[0], this.#next[1]), take);
  }

  #handOut(end: number, take: Take): void {
    if (end <= this.#dirty) return;
    const lanes = this.#lanes;
    const from = this.#dirty;
    this.#dirty = end;
    this.#reach(end);
    try {
      take(from, this.#samples.subarray((from - this.#base) * lanes, (end - this.#base) * lanes));
    } finally {
      this.#forget(Math.min(end, this.#next[0], lanes === 2 ? this.#next[1] : end));
    }
  }

  /** Makes room up to a position. */
  #reach(end: number): void {
    const wanted = (end - this.#base) * this.#lanes;
    if (wanted <= this.#samples.length) return;
    const more = new Int16Array(Math.max(wanted, 2 * this.#samples.length));
    more.set(this.#samples);
    this.#samples = more;
  }

  /** Drops what no frame can come before any more. */
  #forget(before: number): void {
    const count = (before - this.#base) * this.#lanes;
    if (count <= 0) return;
    this.#samples.copyWithin(0, count);
    this.#samples.fill(0, this.#samples.length - count);
    this.#base = before;
  }
}
