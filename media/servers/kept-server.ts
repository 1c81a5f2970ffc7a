import { setMaxListeners } from 'node:events';
import type { MediaLoad, MediaServer } from '../freeswitch.ts';
import type { Candidate } from './placement.ts';

/** Time as this room needs it; the platform's clock is one. */
export interface Time {
  /** Milliseconds that never jump. */
  elapsed(): number;
  /** Rejects with the signal's reason when that is aborted first. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Log {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

export interface KeptParts {
  readonly name: string;
  /** A connection of its own, nothing of the last one in it. Rejects when the server cannot be used. */
  readonly connect: () => Promise<MediaServer>;
  readonly clock: Time;
  readonly log: Log;
}

/** How often it is asked how it is, how late the answer may be before others are preferred, and before it counts as dead. Milliseconds. */
export const askEveryMs = 400;
export const doubtAfterMs = 500;
export const deadAfterMs = 1_400;
/** The pause before it is tried again, doubled each time. Milliseconds. */
const firstPauseMs = 250;
const longestPauseMs = 1_000;
/** How long a server that failed a call is left alone while there are others. Milliseconds. */
const avoidMs = 10_000;

/**
 * One media server, connected to as long as it is wanted, whatever becomes of it: a connection that breaks, or on which nothing is answered for
 * {@link deadAfterMs}, is over with all its endpoints; a fresh one is made once the server can be used again.
 */
export class KeptServer implements Candidate {
  readonly name: string;
  /** No calls are placed on it any more; those that it has go on. */
  retired = false;
  givenAtMs = 0;
  readonly #parts: KeptParts;
  #current: MediaServer | undefined;
  #load: MediaLoad = { sessions: 0, maxSessions: 0, ready: false };
  /** Endpoints asked for since it said how many it has. */
  #asked = 0;
  #askedAtMs: number | undefined;
  #avoidedUntilMs = -Infinity;
  #abandoned: readonly string[] = [];

  constructor(parts: KeptParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  /** The connection that serves now. */
  get current(): MediaServer | undefined {
    return this.#current;
  }

  get sessions(): number {
    return this.#load.sessions + this.#asked;
  }

  get maxSessions(): number {
    return this.#load.maxSessions;
  }

  get open(): boolean {
    return this.#current !== undefined && !this.retired && this.#load.ready;
  }

  get doubtful(): boolean {
    const nowMs = this.#parts.clock.elapsed();
    return nowMs < this.#avoidedUntilMs || nowMs - (this.#askedAtMs ?? nowMs) > doubtAfterMs;
  }

  /** An endpoint is about to be asked of it. */
  given(): void {
    this.#asked++;
    this.givenAtMs = this.#parts.clock.elapsed();
  }

  /** It answers but could not be used: it is, while there are others, not tried for a while. */
  avoid(): void {
    this.#avoidedUntilMs = this.#parts.clock.elapsed() + avoidMs;
  }

  /** Ends a channel, now or when it serves again. */
  async end(id: string): Promise<void> {
    const server = this.#current;
    const ended = server?.endOrphan(id).then(
      () => true,
      () => false,
    );
    if (!(await ended)) this.#abandoned = [...this.#abandoned, id];
  }

  /** Keeps the connection until the signal is aborted. `tried` is told of every try, and why it failed. Never rejects. */
  async keep(stop: AbortSignal, tried: (fault?: unknown) => void): Promise<void> {
    const { name, connect, clock, log } = this.#parts;
    let pauseMs = firstPauseMs;
    while (!stop.aborted) {
      try {
        const server = await connect();
        await this.#begin(server);
        tried();
        pauseMs = firstPauseMs;
        log.info({ media: name, ...this.#load }, 'a media server serves');
        await this.#watch(server, stop);
        if (stop.aborted) return server.close();
        log.warn({ media: name, endpoints: this.#abandoned.length }, 'a media server is lost, its calls end');
      } catch (error) {
        tried(error);
        log.warn({ media: name, err: error }, 'a media server can not be used; it is tried again');
      }
      await clock.wait(pauseMs, stop).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
  }

  /** It may have stood still only: what it still has of calls that were given up is ended before it gets others. */
  async #begin(server: MediaServer): Promise<void> {
    const { clock } = this.#parts;
    const ended = this.#abandoned;
    const ready = async () => {
      for (const id of ended) await server.endOrphan(id);
      this.#load = await server.load();
    };
    if (!(await answered(ready(), deadAfterMs, clock))) {
      server.lose();
      throw new Error('it let us in and then answered nothing');
    }
    this.#abandoned = this.#abandoned.filter((id) => !ended.includes(id));
    this.#asked = 0;
    this.#avoidedUntilMs = -Infinity;
    this.#current = server;
  }

  async #watch(server: MediaServer, stop: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    const over = AbortSignal.any([stop, server.lost]);
    setMaxListeners(0, over);
    for (;;) {
      await clock.wait(askEveryMs, over).catch(() => undefined);
      if (over.aborted) break;
      this.#askedAtMs = clock.elapsed();
      const before = this.#asked;
      const load = server.load();
      const inTime = await answered(load, deadAfterMs, clock);
      this.#askedAtMs = undefined;
      if (over.aborted) break;
      if (!inTime) server.lose();
      else {
        this.#load = await load;
        this.#asked -= before;
      }
    }
    this.#current = undefined;
    this.#abandoned = [...this.#abandoned, ...server.abandoned];
  }
}

/** Whether the work was done in time; a fault is none. What came while we ourselves stood still is looked at before anybody is called late. */
async function answered(work: Promise<unknown>, ms: number, clock: Time): Promise<boolean> {
  const over = new AbortController();
  let done = false;
  const asked = work.then(
    () => (done = true),
    () => undefined,
  );
  const late = clock.wait(ms, over.signal).then(
    () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve))),
    () => undefined,
  );
  await Promise.race([asked, late]);
  over.abort();
  return done;
}
