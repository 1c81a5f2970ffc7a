import { RATE } from './goertzel.ts';
import { BLOCK, COLUMNS, HOP, ROWS, ToneBlock } from './tone-block.ts';

/**
 * Blocks of one key until it is pressed. A tone of 40 ms (320 samples), which must count (Q.24), fills four at least; one of 23 ms, which must
 * not, fills three at most by as much as a block needs.
 */
const BLOCKS_TO_PRESS = 4;
/** Blocks without it until it is let go: an interruption of 10 ms spoils four at most, a pause of 40 ms seven at least. */
const BLOCKS_TO_RELEASE = 5;
/** Tones that are further from what is right do not count: Q.24 wants all within 1.5 % and none beyond 3.5 %. */
const MOST_DEVIATION = 0.025;
/** Between the loudest and the softest block of a press, as powers; a voice does not stay as it is. */
const MOST_SWELL = 10 ** 0.9;

/** A key whose tones have ended. `duration` in samples. */
export interface ToneKey {
  readonly digit: string;
  readonly duration: number;
}

/**
 * The keys in a party's voice: DTMF as tones, ITU-T Q.23 and Q.24.
 *
 *     none --a key's tones--> heard --four blocks, right frequencies--> pressed --five blocks without--> none, and a key
 *                               | others
 *                               '------> none
 */
export class ToneKeys {
  readonly #samples = new Float64Array(1024);
  readonly #block = new ToneBlock();
  readonly #row = new Drift(ROWS);
  readonly #column = new Drift(COLUMNS);
  #count = 0;
  #key: string | undefined;
  #blocks = 0;
  #missed = 0;
  #pressed = false;
  #softest = 0;
  #loudest = 0;

  /** A key is held down just now. */
  get pressed(): boolean {
    return this.#pressed;
  }

  /** Hears samples, 512 at most at once; a key that was let go in them is returned. */
  hear(samples: Int16Array): ToneKey | undefined {
    let released: ToneKey | undefined;
    for (const sample of samples) this.#samples[this.#count++] = sample;
    let at = 0;
    for (; at + BLOCK <= this.#count; at += HOP) released = this.#look(at) ?? released;
    this.#samples.copyWithin(0, at, this.#count);
    this.#count -= at;
    return released;
  }

  #look(offset: number): ToneKey | undefined {
    const heard = this.#block.keyIn(this.#samples, offset);
    if (this.#pressed) return this.#hold(heard);
    if (heard === undefined || heard !== this.#key) return this.#begin(heard);
    this.#blocks += 1;
    this.#row.add(this.#block.row);
    this.#column.add(this.#block.column);
    this.#swell();
    if (this.#blocks >= BLOCKS_TO_PRESS && this.#loudest <= this.#softest * MOST_SWELL)
      this.#pressed = this.#row.isRight && this.#column.isRight;
    return undefined;
  }

  #begin(key: string | undefined): undefined {
    this.#key = key;
    this.#blocks = key === undefined ? 0 : 1;
    this.#missed = 0;
    this.#row.begin(this.#block.row.index);
    this.#column.begin(this.#block.column.index);
    this.#softest = Infinity;
    this.#loudest = 0;
    this.#swell();
  }

  #hold(heard: string | undefined): ToneKey | undefined {
    if (heard === this.#key) {
      this.#blocks += 1 + this.#missed;
      this.#missed = 0;
      return undefined;
    }
    if (++this.#missed < BLOCKS_TO_RELEASE) return undefined;
    const released = { digit: this.#key!, duration: this.#blocks * HOP + BLOCK - HOP };
    this.#pressed = false;
    this.#begin(heard);
    return released;
  }

  #swell(): void {
    const power = this.#block.row.power + this.#block.column.power;
    this.#softest = Math.min(this.#softest, power);
    this.#loudest = Math.max(this.#loudest, power);
  }
}

/** How far a tone is from its frequency, by the phase that it gains from block to block. */
class Drift {
  readonly #hertz: readonly number[];
  #most = 0;
  #real = 0;
  #imaginary = 0;

  constructor(hertz: readonly number[]) {
    this.#hertz = hertz;
  }

  begin(index: number): void {
    this.#most = (2 * Math.PI * this.#hertz[index]! * MOST_DEVIATION * HOP) / RATE;
    this.#real = this.#imaginary = 0;
  }

  add({ driftReal, driftImaginary }: { readonly driftReal: number; readonly driftImaginary: number }): void {
    this.#real += driftReal;
    this.#imaginary += driftImaginary;
  }

  get isRight(): boolean {
    return Math.abs(Math.atan2(this.#imaginary, this.#real)) <= this.#most;
  }
}
