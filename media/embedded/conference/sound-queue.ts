import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { openSound } from '#media/embedded/streams/open.ts';
import type { SoundSource } from '#media/embedded/streams/source.ts';
import { clip } from './level.ts';

type Queued = { readonly file: string; readonly source: SoundSource; played: number };

/** Samples are 8 kHz mono. */
export type SoundEnded = (file: string, samples: number) => void;

/** Sounds that are played one after the other into a conference, or to one member. */
export class SoundQueue {
  readonly #queue: Queued[] = [];
  readonly #samples = new Int16Array(FRAME_SAMPLES);
  readonly #onEnded: SoundEnded;

  constructor(onEnded: SoundEnded) {
    this.#onEnded = onEnded;
  }

  get length(): number {
    return this.#queue.length;
  }

  /** Puts a sound at the end. @throws SoundFault */
  add(file: string): void {
    this.#queue.push({ file, source: openSound(file), played: 0 });
  }

  /** Adds the next 20 ms to the sum, or sets them into it. False: nothing is played. */
  mixInto(sum: Int32Array | Int16Array, replace = false): boolean {
    const playing = this.#queue[0];
    if (!playing) return false;
    const count = playing.source.read(this.#samples, 0, FRAME_SAMPLES);
    playing.played += count;
    if (count < FRAME_SAMPLES) {
      this.#samples.fill(0, count);
      this.#end();
    }
    const wide = sum instanceof Int32Array;
    for (let i = 0; i < FRAME_SAMPLES; i += 1) {
      const both = (replace ? 0 : sum[i]!) + this.#samples[i]!;
      sum[i] = wide ? both : clip(both);
    }
    return true;
  }

  /** Ends the present one, or all. Returns how many. */
  stop(which: 'current' | 'all'): number {
    const count = which === 'all' ? this.#queue.length : Math.min(1, this.#queue.length);
    for (let n = 0; n < count; n += 1) this.#end();
    return count;
  }

  #end(): void {
    const ended = this.#queue.shift()!;
    ended.source.close();
    this.#onEnded(ended.file, ended.played);
  }
}
