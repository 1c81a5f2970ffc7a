import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { Lane } from './lane.ts';

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

/** Takes samples (interleaved) for a position in samples from the start. The array is only valid during the call. */
export type Take = (position: number, interleaved: Int16Array) => void;
export type Side = 0 | 1;

/** Where samples of all lanes are put together to be handed out; one for all timelines. */
let sheet = new Int16Array(0);

export class Timeline {
  readonly #lanes: readonly Lane[];
  readonly #next: [number, number] = [0, 0];
  readonly #absent: [boolean, boolean] = [true, true];
  #base = 0;
  #dirty = 0;
  #now = 0;
  /** Frames that had to be left out because a lane ran ahead of the clock (two clocks that differ). */
  dropped = 0;

  constructor(lanes: 1 | 2) {
    this.#lanes = Array.from({ length: lanes }, () => new Lane());
  }

  /** Position of the clock in samples. */
  get now(): number {
    return this.#now;
  }

  /** Puts a frame on a lane. */
  put(side: Side, samples: Int16Array, gap: number, fresh: boolean): void {
    const at = this.#place(side, gap, fresh);
    if (at !== undefined) this.#lanes[side]!.lay(at - this.#base, samples);
  }

  /** Puts a frame of mu-law codes on a lane. */
  putCodes(side: Side, codes: Uint8Array, gap: number, fresh: boolean): void {
    const at = this.#place(side, gap, fresh);
    if (at !== undefined) this.#lanes[side]!.layCodes(at - this.#base, codes);
  }

  /** 20 ms went by. */
  tick(): void {
    this.#now += FRAME_SAMPLES;
    const oldest = this.#now - MOST_BEHIND;
    for (let lane = this.#lanes.length - 1; lane >= 0; lane -= 1) {
      if (this.#next[lane as Side] >= oldest) continue;
      this.#next[lane as Side] = oldest;
      this.#absent[lane as Side] = true;
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

  /** Where the next frame of a lane begins; undefined when it has to be left out. */
  #place(side: Side, gap: number, fresh: boolean): number | undefined {
    let at = this.#next[side] + gap;
    if (fresh || this.#absent[side]) at = Math.max(this.#next[side], this.#now);
    if (at > this.#now + MOST_AHEAD) {
      this.dropped += 1;
      return undefined;
    }
    this.#absent[side] = false;
    this.#next[side] = at + FRAME_SAMPLES;
    if (at < this.#dirty) this.#dirty = at;
    return at;
  }

  #handOut(end: number, take: Take): void {
    if (end <= this.#dirty) return;
    const from = this.#dirty;
    this.#dirty = end;
    const lanes = this.#lanes.length;
    const count = (end - from) * lanes;
    if (sheet.length < count) sheet = new Int16Array(count);
    const samples = sheet.subarray(0, count);
    for (let lane = 0; lane < lanes; lane += 1) {
      this.#lanes[lane]!.reach(end - this.#base);
      this.#lanes[lane]!.read(from - this.#base, samples, lane, lanes);
    }
    try {
      take(from, samples);
    } finally {
      this.#forget(Math.min(end, this.#next[0], lanes === 2 ? this.#next[1] : end));
    }
  }

  /** Drops what no frame can come before any more. */
  #forget(before: number): void {
    const count = before - this.#base;
    if (count <= 0) return;
    for (const lane of this.#lanes) lane.drop(count);
    this.#base = before;
  }
}
