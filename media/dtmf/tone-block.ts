import { Goertzel, RATE } from './goertzel.ts';

/** ITU-T Q.23: a key is one tone of each group. */
export const ROWS = [697, 770, 852, 941] as const;
export const COLUMNS = [1209, 1336, 1477, 1633] as const;
export const KEYS = ['123A', '456B', '789C', '*0#D'] as const;

/** Samples that are looked at together; blocks overlap by half. */
export const BLOCK = 102;
export const HOP = 51;

/** Of the power of a block that the two tones must have: what has more beside them is speech, or a block that a tone fills in part. */
const PURITY = 0.7;
/** Q.24 (North America) wants the high tone from 4 dB above to 8 dB below the low one; what leaks from one into the other needs 1.5 dB more. */
const MOST_ABOVE = 10 ** 0.55;
const MOST_BELOW = 10 ** 0.95;
/** The stronger tone of a group against the next one: between two keys there is none. */
const OUTSTANDING = 10 ** 0.6;
/** The weakest tone that counts: -40 dBm0. Q.24 wants all from -25 dBm0 on, and none at -55. */
const WEAKEST = (BLOCK / 2) ** 2 * (32_767 * 10 ** (-43.14 / 20)) ** 2;

/** The phase of a tone that is exactly right, from one block to the next. */
const turns = (hertz: readonly number[]) => hertz.map((one) => (2 * Math.PI * one * HOP) / RATE);

/** A group's strongest tone in a block, and how its phase moved on since the block before, beside what is right. */
class Group {
  index = 0;
  power = 0;
  outstanding = false;
  /** The product of this block's sum with the one before, at the phase at which a tone that is right has an angle of zero. */
  driftReal = 0;
  driftImaginary = 0;
  readonly #tones: readonly Goertzel[];
  readonly #turns: readonly number[];
  readonly #before: { real: number; imaginary: number }[];

  constructor(hertz: readonly number[]) {
    this.#tones = hertz.map((one) => new Goertzel(one, BLOCK));
    this.#turns = turns(hertz);
    this.#before = hertz.map(() => ({ real: 0, imaginary: 0 }));
  }

  measure(samples: Float64Array, offset: number): void {
    let [best, second] = [-1, -1];
    for (const [index, tone] of this.#tones.entries()) {
      const before = this.#before[index]!;
      [before.real, before.imaginary] = [tone.real, tone.imaginary];
      tone.measure(samples, offset, BLOCK);
      if (tone.power > best) {
        second = best;
        best = tone.power;
        this.index = index;
      } else if (tone.power > second) second = tone.power;
    }
    this.power = best;
    this.outstanding = best > second * OUTSTANDING;
    this.#drift();
  }

  #drift(): void {
    const { real, imaginary } = this.#tones[this.index]!;
    const before = this.#before[this.index]!;
    const angle = this.#turns[this.index]!;
    const productReal = real * before.real + imaginary * before.imaginary;
    const productImaginary = imaginary * before.real - real * before.imaginary;
    this.driftReal = productReal * Math.cos(angle) + productImaginary * Math.sin(angle);
    this.driftImaginary = productImaginary * Math.cos(angle) - productReal * Math.sin(angle);
  }
}

/** What one block of samples sounds like. */
export class ToneBlock {
  readonly row = new Group(ROWS);
  readonly column = new Group(COLUMNS);

  /** The key whose tones these samples are, as far as one block tells. */
  keyIn(samples: Float64Array, offset: number): string | undefined {
    let energy = 0;
    for (let index = 0; index < BLOCK; index += 1) energy += samples[offset + index]! ** 2;
    this.row.measure(samples, offset);
    this.column.measure(samples, offset);
    const [low, high] = [this.row.power, this.column.power];
    if (low < WEAKEST || high < WEAKEST) return undefined;
    if (high > low * MOST_ABOVE || low > high * MOST_BELOW) return undefined;
    if (!this.row.outstanding || !this.column.outstanding) return undefined;
    if ((2 * (low + high)) / (BLOCK * energy) < PURITY) return undefined;
    return KEYS[this.row.index]![this.column.index];
  }
}
