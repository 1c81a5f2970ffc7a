import type { Clock } from '../clock.ts';

/**
 * Digits of one leg, in the order in which they were pressed. A phone that sends a key both as an RFC 4733 event and as SIP
 * INFO means it once: the way that brought the first digit is the one that counts.
 */
export class Digits {
  readonly #waiting: { readonly digit: string; readonly downMs: number }[] = [];
  readonly #clock: Clock;
  #reader: ((digit: string) => void) | undefined;
  #way: string | undefined;
  #leftOut: { readonly digit: string; readonly until: number } | undefined;
  #downMs = 0;
  readonly #listeners = new Set<(digit: string) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When the digit that was taken last went down, by the clock's `elapsed`. */
  get downMs(): number {
    return this.#downMs;
  }

  /** A digit that is let go now and was held for `heldMs`. */
  press(digit: string, way: string, heldMs = 0): void {
    if (!/^[0-9*#A-D]$/.test(digit)) return;
    this.#way ??= way;
    if (way !== this.#way) return;
    for (const listener of this.#listeners) listener(digit);
    const leftOut = this.#leftOut;
    this.#leftOut = undefined;
    if (digit === leftOut?.digit && this.#clock.elapsed() <= leftOut.until) return;
    const downMs = this.#clock.elapsed() - heldMs;
    if (this.#reader) {
      this.#downMs = downMs;
      this.#reader(digit);
    } else if (this.#waiting.length < 128) this.#waiting.push({ digit, downMs });
  }

  /** Hears every digit beside whoever takes it, from now on until what this returns is called. */
  overhear(listener: (digit: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next digit, or undefined after `ms` without one. Rejects with the signal's reason. */
  next(ms: number, signal: AbortSignal): Promise<string | undefined> {
    const early = this.#waiting.shift();
    if (early !== undefined) {
      this.#downMs = early.downMs;
      return Promise.resolve(early.digit);
    }
    return new Promise((resolve, reject) => {
      const done = new AbortController();
      // A reader takes one digit and is gone at once: two digits may come in one reading of the event socket.
      const reader = (digit: string) => {
        this.#reader = undefined;
        done.abort();
        resolve(digit);
      };
      const leave = () => {
        if (this.#reader === reader) this.#reader = undefined;
      };
      this.#reader = reader;
      this.#clock.wait(ms, AbortSignal.any([signal, done.signal])).then(
        () => {
          leave();
          resolve(undefined);
        },
        (reason: unknown) => {
          leave();
          reject(reason);
        },
      );
    });
  }

  /** The next digit, if it is this one and comes within `ms`, is no answer to anything: it belongs to what was asked before. */
  leaveOut(digit: string, ms: number): void {
    if (this.#waiting[0]?.digit === digit) this.#waiting.shift();
    else if (this.#waiting.length === 0) this.#leftOut = { digit, until: this.#clock.elapsed() + ms };
  }

  /** Forgets what was pressed while nobody listened. */
  forget(): void {
    this.#waiting.length = 0;
  }
}
