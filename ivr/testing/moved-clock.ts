import type { Clock } from '../clock.ts';

interface Waiting {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** Lets everything that follows from what has just happened happen, as long as it needs no file and no network. */
export const turns = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A clock that stands still until a test moves it. */
export class MovedClock implements Clock {
  #ms = 0;
  readonly #begins: number;
  readonly #waiting = new Set<Waiting>();
  readonly #watchers = new Set<{ readonly ms: number; readonly tell: () => void }>();

  constructor(begins = new Date('2026-11-28T12:00:00-08:00')) {
    this.#begins = begins.getTime();
  }

  now(): Date {
    return new Date(this.#begins + this.#ms);
  }

  elapsed(): number {
    return this.#ms;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const waiting = { untilMs: this.#ms + ms, wake: resolve };
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', () => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
      });
      for (const watcher of this.#watchers) if (watcher.ms === ms) watcher.tell();
    });
  }

  /** Milliseconds that those who wait have left, the shortest first. */
  get waits(): number[] {
    return [...this.#waiting].map(({ untilMs }) => untilMs - this.#ms).sort((one, other) => one - other);
  }

  /** Resolves when somebody begins to wait for exactly so long. */
  asked(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const watcher = {
        ms,
        tell: () => {
          this.#watchers.delete(watcher);
          resolve();
        },
      };
      this.#watchers.add(watcher);
    });
  }

  /** Moves on, and wakes each who waits at its time; what follows from that without file or network has then happened. */
  async move(ms: number): Promise<void> {
    const endMs = this.#ms + ms;
    for (;;) {
      await turns();
      const due = [...this.#waiting].filter(({ untilMs }) => untilMs <= endMs);
      const [next] = due.sort((one, other) => one.untilMs - other.untilMs);
      if (!next) break;
      this.#ms = Math.max(this.#ms, next.untilMs);
      this.#waiting.delete(next);
      next.wake();
    }
    this.#ms = endMs;
    await turns();
  }
}
