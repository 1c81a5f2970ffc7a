import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { meanLevel } from './level.ts';

/** More than this waits only when somebody's clock stood still: 200 ms. */
const MOST = 10;
/** Over so many frames it is looked how many were never needed. */
const WINDOW = 50;
/** Mean level under which 20 ms are not missed. */
const QUIET = 200;
/** So much waiting is not waited out for a quiet moment. */
const TOO_MANY = 4;

/**
 * What a member says, on its way from its own clock to that of the conference. Frames that come late come together, and from then on
 * all of them would wait: those that were not needed in a second are taken out, in a quiet moment if there is one.
 */
export class PacedQueue {
  readonly #frames = Array.from({ length: MOST }, () => new Int16Array(FRAME_SAMPLES));
  #first = 0;
  #count = 0;
  #taken = 0;
  #least = MOST;
  #surplus = 0;
  /** Frames that were taken out, or did not fit. */
  dropped = 0;

  put(samples: Int16Array): void {
    if (this.#count === MOST) this.#drop();
    this.#frames[(this.#first + this.#count) % MOST]!.set(samples);
    this.#count += 1;
  }

  /** The oldest, or undefined. It is valid until the next `put`. */
  take(): Int16Array | undefined {
    while (this.#surplus > 0 && this.#count > 1 && this.#dispensable()) this.#drop();
    if (this.#count === 0) return this.#note(undefined);
    return this.#note(this.#advance());
  }

  clear(): void {
    this.#count = 0;
    this.#surplus = 0;
    this.#least = MOST;
    this.#taken = 0;
  }

  #dispensable(): boolean {
    return this.#surplus >= TOO_MANY || meanLevel(this.#frames[this.#first]!) < QUIET;
  }

  #note(frame: Int16Array | undefined): Int16Array | undefined {
    this.#least = Math.min(this.#least, this.#count);
    this.#taken += 1;
    if (this.#taken < WINDOW) return frame;
    this.#surplus = this.#least;
    this.#taken = 0;
    this.#least = MOST;
    return frame;
  }

  #drop(): void {
    this.#advance();
    this.dropped += 1;
    if (this.#surplus > 0) this.#surplus -= 1;
  }

  #advance(): Int16Array {
    const frame = this.#frames[this.#first]!;
    this.#first = (this.#first + 1) % MOST;
    this.#count -= 1;
    return frame;
  }
}
