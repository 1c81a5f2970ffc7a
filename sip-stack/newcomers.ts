import type { Clock } from './clock.ts';

/** A connection that can be broken off. */
export interface Newcomer {
  destroy(): void;
}

/** Connections that have not said who they are. A program says so at once; who holds a connection open and says nothing is no program of ours. */
const mostAtOnce = 64;
/** Milliseconds. */
const patienceMs = 10_000;

/**
 * Keeps strangers from using up the connections of a port: each has ten seconds, and when there are too many the one that waits longest
 * has to go. So the port can be reached all the time by whoever knows the password.
 */
export class Newcomers {
  readonly #waiting = new Map<Newcomer, unknown>();
  readonly #clock: Clock;
  readonly #tooLate: (newcomer: Newcomer, why: string) => void;
  /** Connections that were broken off because they did not say who they are. */
  turnedAway = 0;

  /** @param tooLate told of each connection that is broken off, before it is */
  constructor(clock: Clock, tooLate: (newcomer: Newcomer, why: string) => void) {
    this.#clock = clock;
    this.#tooLate = tooLate;
  }

  get size(): number {
    return this.#waiting.size;
  }

  came(newcomer: Newcomer): void {
    const [longest] = this.#waiting.keys();
    if (longest && this.#waiting.size >= mostAtOnce) this.#away(longest, 'too many that have not said who they are');
    const timer = this.#clock.after(patienceMs, () => this.#away(newcomer, 'did not say who it is'));
    this.#waiting.set(newcomer, timer);
  }

  /** It has said who it is, or is gone. */
  settled(newcomer: Newcomer): void {
    this.#clock.stop(this.#waiting.get(newcomer));
    this.#waiting.delete(newcomer);
  }

  #away(newcomer: Newcomer, why: string): void {
    this.settled(newcomer);
    this.turnedAway += 1;
    this.#tooLate(newcomer, why);
    newcomer.destroy();
  }
}
