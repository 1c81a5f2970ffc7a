import type { Digit, RunningApp } from '#media/embedded/app-stack.ts';
import type { Channel } from '#media/embedded/channel.ts';

const TRIES = 3;
const TRY_TICKS = 500;

/**
 * Waits, in silence, for the PIN of a conference: as many keys as it has, or fewer and `#`. Ten seconds for each of three tries.
 * A room that announces nothing does not ask either: whoever needs words plays them before.
 */
export class PinEntry implements RunningApp {
  readonly #channel: Channel;
  readonly #pin: string;
  readonly #decided: (good: boolean) => void;
  #typed = '';
  #tries = TRIES;
  #ticksLeft = TRY_TICKS;

  constructor(channel: Channel, pin: string, decided: (good: boolean) => void) {
    this.#channel = channel;
    this.#pin = pin;
    this.#decided = decided;
  }

  tick(): void {
    this.#channel.speakIdle();
    this.#ticksLeft -= 1;
    if (this.#ticksLeft <= 0) this.#judge();
  }

  digit({ digit }: Digit): void {
    if (digit !== '#') this.#typed += digit;
    if (digit === '#' || this.#typed.length >= this.#pin.length) this.#judge();
  }

  abort(): void {
    this.#typed = '';
  }

  #judge(): void {
    const good = this.#typed === this.#pin;
    this.#typed = '';
    this.#tries -= 1;
    this.#ticksLeft = TRY_TICKS;
    if (good || this.#tries === 0) this.#decided(good);
  }
}
