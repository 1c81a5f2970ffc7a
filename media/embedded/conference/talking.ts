/** Frames without a voice until who talked is said to have stopped; weak frames until who is faint is said to talk (mod_conference). */
const HANGOVER = 40;
const HANGUNDER = 15;
/** So much over the level is a voice at once. */
const CLEAR_LEVEL = 400;

/** Whether somebody talks, from the level of each 20 ms. */
export class Talking {
  /** Only what is louder counts. */
  level = 0;
  #talks = false;
  #silent = 0;
  #faint = 0;

  get now(): boolean {
    return this.#talks;
  }

  /** 20 ms of this loudness. Returns what changed. */
  hear(loudness: number): 'began' | 'ended' | undefined {
    if (loudness > this.level) return this.#voice(loudness - this.level);
    this.#faint = Math.max(0, this.#faint - 1);
    if (!this.#talks) return undefined;
    this.#silent += 1;
    if (this.#silent < HANGOVER) return undefined;
    this.stop();
    return 'ended';
  }

  /** They cannot be heard any more. */
  stop(): void {
    this.#talks = false;
    this.#silent = 0;
    this.#faint = 0;
  }

  #voice(over: number): 'began' | undefined {
    this.#silent = Math.max(0, this.#silent - 1);
    this.#faint += 1;
    if (over < CLEAR_LEVEL && this.#faint < HANGUNDER) return undefined;
    this.#silent = 0;
    this.#faint = 0;
    if (this.#talks) return undefined;
    this.#talks = true;
    return 'began';
  }
}
