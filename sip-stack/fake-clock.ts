import type { Clock } from './clock.ts';

interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #waiting = new Set<Waiting>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): unknown {
    const waiting = { at: this.#now + ms, order: this.#order++, run };
    this.#waiting.add(waiting);
    return waiting;
  }

  stop(handle: unknown): void {
    this.#waiting.delete(handle as Waiting);
  }

  /** Timers not yet fired: none may be left when everything has ended. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Moves time by `ms`, running what falls due in its order, timers started meanwhile included. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let next: Waiting | undefined;
      for (const one of this.#waiting)
        if (one.at <= end && (!next || one.at < next.at || (one.at === next.at && one.order < next.order))) next = one;
      if (!next) break;
      this.#waiting.delete(next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }
}
