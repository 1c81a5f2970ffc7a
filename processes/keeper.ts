import type { Clock } from '#ivr/clock.ts';
import { unlessAborted } from '#ivr/unless-aborted.ts';

/** Something that serves until it ends. */
export interface Instance {
  /** Resolves with what ended it: `SIGKILL`, `exit 1`. */
  readonly ended: Promise<string>;
  /** Ends it in order; resolves when it has ended. */
  stop(): Promise<void>;
}

export interface KeeperParts<I extends Instance> {
  readonly name: string;
  /**
   * Starts it; resolves once it serves, rejects when it cannot. `before` is the one that ended, `stopping` is aborted when nobody wants
   * the start any longer.
   */
  readonly begin: (stopping: AbortSignal, before: I | undefined) => Promise<I>;
  readonly say: (text: string) => void;
  readonly clock: Clock;
}

/** What served so long, in milliseconds, ended by accident and not because of its start. */
const steadyMs = 10_000;
const longestPauseMs = 5_000;

/** Milliseconds before the next start, after so many in a row that did not last: none, then 100, 200, 400 up to five seconds. */
export const pauseBefore = (shortLived: number): number =>
  shortLived === 0 ? 0 : Math.min(100 * 2 ** (shortLived - 1), longestPauseMs);

/** Starts again what ends, at once when it had served for a while, else after a pause that doubles. */
export class Keeper<I extends Instance> {
  readonly #parts: KeeperParts<I>;
  readonly #stopping: AbortController;
  readonly #kept: Promise<void>;
  readonly #waiting: (() => void)[] = [];
  #current: I;
  #held: Promise<unknown> = Promise.resolve();

  private constructor(parts: KeeperParts<I>, first: I, stopping: AbortController) {
    this.#parts = parts;
    this.#current = first;
    this.#stopping = stopping;
    this.#kept = this.#keep();
  }

  /** Resolves once it serves; rejects when the first start fails, which is not tried again. */
  static async start<I extends Instance>(parts: KeeperParts<I>): Promise<Keeper<I>> {
    const stopping = new AbortController();
    return new Keeper(parts, await parts.begin(stopping.signal, undefined), stopping);
  }

  /** The one that serves, or served last. */
  get current(): I {
    return this.#current;
  }

  /** Resolves when another one than now serves. It is not started before `until` has resolved. */
  again(until: Promise<unknown> = Promise.resolve()): Promise<void> {
    this.#held = until;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends it and starts it no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#current.stop();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    const { name, say, clock } = this.#parts;
    const { signal } = this.#stopping;
    let shortLived = 0;
    for (;;) {
      const since = clock.elapsed();
      const how = await unlessAborted(this.#current.ended, signal).catch(() => undefined);
      if (how === undefined) return;
      shortLived = clock.elapsed() - since < steadyMs ? shortLived + 1 : 0;
      say(`${name} ended (${how}); starting it again`);
      let next = await this.#next(shortLived);
      while (next === 'failed') next = await this.#next(++shortLived);
      if (next === 'stopped') return;
      this.#current = next;
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  async #next(shortLived: number): Promise<I | 'failed' | 'stopped'> {
    const { name, begin, say, clock } = this.#parts;
    const { signal } = this.#stopping;
    await clock.wait(pauseBefore(shortLived), signal).catch(() => undefined);
    // Whoever holds it down may have forgotten it: a stop does not wait for that.
    await unlessAborted(this.#held, signal).catch(() => undefined);
    if (signal.aborted) return 'stopped';
    try {
      const next = await begin(signal, this.#current);
      if (!signal.aborted) return next;
      await next.stop();
      return 'stopped';
    } catch (error) {
      if (signal.aborted) return 'stopped';
      const why = error instanceof Error ? error.message : String(error);
      say(`${name} could not be started: ${why}; it is tried again`);
      return 'failed';
    }
  }
}
