import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import type { AudioFrame } from '#media/embedded/audio-frame.ts';
import { SoundFault, type SoundSource } from '#media/embedded/streams/source.ts';
import type { Tap } from './tap.ts';

export type DisplaceOptions = {
  /** `m`: mix into what is there; otherwise replace it. */
  readonly mix: boolean;
  /** `l`: start again at the end. */
  readonly loop: boolean;
  /** `r`: act on what the others hear from this leg; otherwise (`w`) on what this leg hears. */
  readonly side: 'heard' | 'spoken';
  /** Seconds; 0 is to the end of the file. */
  readonly limitSeconds: number;
};

/** `uuid_displace`: a file laid over (or in place of) a live conversation. */
export class Displace implements Tap {
  readonly name = 'displace';
  readonly replaces = true;
  readonly path: string;
  readonly options: DisplaceOptions;
  readonly #reopen: () => SoundSource;
  readonly #onEnd: () => void;
  readonly #samples = new Int16Array(FRAME_SAMPLES);
  #source: SoundSource;
  #ended = false;
  #left: number;

  constructor(path: string, open: () => SoundSource, options: DisplaceOptions, onEnd: () => void) {
    this.path = path;
    this.options = options;
    this.#reopen = open;
    this.#source = open();
    this.#left = options.limitSeconds > 0 ? options.limitSeconds * 8000 : Infinity;
    this.#onEnd = onEnd;
  }

  heard(frame: AudioFrame): void {
    if (this.options.side === 'heard') this.#lay(frame);
  }

  spoken(frame: AudioFrame): void {
    if (this.options.side === 'spoken') this.#lay(frame);
  }

  tick(): boolean {
    return !this.#ended;
  }

  close(): void {
    this.#ended = true;
    this.#source.close();
    this.#onEnd();
  }

  #lay(frame: AudioFrame): void {
    if (this.#ended) return;
    const count = this.#draw();
    if (count === 0) return;
    const into = frame.change();
    const sound = this.#samples;
    if (!this.options.mix) {
      into.set(sound.subarray(0, count));
      return;
    }
    for (let i = 0; i < count; i += 1) {
      const sum = into[i]! + sound[i]!;
      into[i] = sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum;
    }
  }

  /** The next 20 ms of the file; less at its very end. */
  #draw(): number {
    if (this.#left <= 0) {
      this.#ended = true;
      return 0;
    }
    let count = this.#source.read(this.#samples, 0, FRAME_SAMPLES);
    if (count < FRAME_SAMPLES && this.options.loop && this.#again()) {
      count += this.#source.read(this.#samples, count, FRAME_SAMPLES - count);
    }
    if (count < FRAME_SAMPLES) this.#ended = true;
    this.#left -= FRAME_SAMPLES;
    return count;
  }

  /** From the start once more; false when the file has gone meanwhile. */
  #again(): boolean {
    this.#source.close();
    try {
      this.#source = this.#reopen();
      return true;
    } catch (error) {
      if (error instanceof SoundFault) return false;
      throw error;
    }
  }
}
