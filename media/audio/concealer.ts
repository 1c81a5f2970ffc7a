import { FRAME_SAMPLES } from './g711.ts';

/**
 * Speech in place of frames that were lost, in the spirit of ITU-T G.711 Appendix I: the last period of the pitch is repeated, at full
 * loudness for 10 ms, then 20 % less each 10 ms; after 60 ms nothing is left. What comes after is faded in.
 *
 *     ... a a a │ a' a' a' (fading) │ b b b
 *               lost                crossfade of 4 ms
 */

const SHORTEST_PERIOD = 40; // 5 ms, 200 Hz
const LONGEST_PERIOD = 120; // 15 ms, 66 Hz
const WINDOW = 160;
const HISTORY = 3 * FRAME_SAMPLES;
const FULL_SAMPLES = 80;
const FADE_PER_SAMPLE = 0.2 / 80;
const CROSSFADE = 32;
/** Lost frames in a row that something is put in place of. */
export const MOST_CONCEALED = 3;

export class Concealer {
  readonly #history = new Int16Array(HISTORY);
  readonly #period = new Float64Array(LONGEST_PERIOD);
  #known = 0;
  #length = 0;
  #at = 0;
  #made = 0;

  /** Frames made since the last one that came. */
  get inARow(): number {
    return Math.ceil(this.#made / FRAME_SAMPLES);
  }

  /** A frame came. After lost ones its beginning is changed: it is faded in. */
  came(samples: Int16Array): void {
    if (this.#made > 0) this.#join(samples);
    this.#history.copyWithin(0, FRAME_SAMPLES);
    this.#history.set(samples, HISTORY - FRAME_SAMPLES);
    this.#known = Math.min(HISTORY, this.#known + FRAME_SAMPLES);
    this.#made = 0;
  }

  /** What comes next has nothing to do with what came. */
  forget(): void {
    this.#known = 0;
    this.#made = 0;
  }

  /** 20 ms in place of a lost frame; false when there is nothing to make them of, or too many were lost. */
  conceal(into: Int16Array): boolean {
    if (this.#known < HISTORY || this.#made >= MOST_CONCEALED * FRAME_SAMPLES) return false;
    if (this.#made === 0) this.#begin();
    for (let i = 0; i < FRAME_SAMPLES; i += 1) into[i] = this.#next();
    return true;
  }

  #next(): number {
    const gain = Math.max(0, 1 - Math.max(0, this.#made - FULL_SAMPLES) * FADE_PER_SAMPLE);
    const sample = this.#period[this.#at]! * gain;
    this.#at = (this.#at + 1) % this.#length;
    this.#made += 1;
    return Math.round(sample);
  }

  /** Keeps the last period; its end is blended with the one before, so that the repetition has no edge. */
  #begin(): void {
    const history = this.#history;
    const length = this.#pitch();
    const overlap = length >> 2;
    for (let i = 0; i < length; i += 1) this.#period[i] = history[HISTORY - length + i]!;
    for (let i = 0; i < overlap; i += 1) {
      const weight = (i + 1) / (overlap + 1);
      const at = length - overlap + i;
      const before = history[HISTORY - 2 * length + at]!;
      this.#period[at] = this.#period[at]! * (1 - weight) + before * weight;
    }
    this.#length = length;
    this.#at = 0;
  }

  /** The lag at which the last 20 ms are most like what was before. */
  #pitch(): number {
    const history = this.#history;
    const start = HISTORY - WINDOW;
    let best = SHORTEST_PERIOD;
    let most = -Infinity;
    for (let lag = SHORTEST_PERIOD; lag <= LONGEST_PERIOD; lag += 1) {
      let product = 0;
      let energy = 1;
      for (let i = start; i < HISTORY; i += 1) {
        const before = history[i - lag]!;
        product += history[i]! * before;
        energy += before * before;
      }
      const likeness = product / Math.sqrt(energy);
      if (likeness <= most) continue;
      most = likeness;
      best = lag;
    }
    return best;
  }

  #join(samples: Int16Array): void {
    for (let i = 0; i < CROSSFADE; i += 1) {
      const weight = (i + 1) / (CROSSFADE + 1);
      samples[i] = Math.round(this.#next() * (1 - weight) + samples[i]! * weight);
    }
  }
}
