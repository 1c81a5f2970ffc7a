import { FRAME_SAMPLES } from '#media/audio/g711.ts';

/** What nobody takes is forgotten, the oldest first: 200 ms. */
const MOST = 10;

/** Frames of 20 ms on their way from one channel's clock to another's. */
export class FrameQueue {
  readonly #frames = Array.from({ length: MOST }, () => new Int16Array(FRAME_SAMPLES));
  #first = 0;
  #count = 0;

  put(samples: Int16Array): void {
    if (this.#count === MOST) this.#drop();
    this.#frames[(this.#first + this.#count) % MOST]!.set(samples);
    this.#count += 1;
  }

  /** The oldest; undefined: there is none. It is valid until the next `put`. */
  take(): Int16Array | undefined {
    return this.#count === 0 ? undefined : this.#drop();
  }

  clear(): void {
    this.#count = 0;
  }

  #drop(): Int16Array {
    const frame = this.#frames[this.#first]!;
    this.#first = (this.#first + 1) % MOST;
    this.#count -= 1;
    return frame;
  }
}
