import type { Database } from '#db/connect.ts';
import { CALL_EVENT_CHANNEL } from '#db/call-events.ts';
import { listenTo, type Notifications } from '#db/notifications.ts';
import { liveCalls, type LiveCall } from '#db/staff-views/live.ts';
import { woken } from '../../desk-feed.ts';

/** What changed of the calls that go on. */
export interface LiveNews {
  /** As they are now. */
  readonly calls: readonly LiveCall[];
  /** Ids of those that are over. */
  readonly ended: readonly string[];
}

export interface LiveFeedOptions {
  /** What is notified within so long is read, and told, together. Milliseconds. */
  readonly gatherMs?: number;
  /** How often everything is compared with the database: a process that died told nobody that its calls are over. Milliseconds. */
  readonly compareMs?: number;
  /** Calls at most: the cells that one database serves (architecture: 12,560 on the peak day). */
  readonly most?: number;
}

interface Listener {
  /** Those that it was told of; what it has not seen, or no longer sees, has not ended for it. */
  readonly shown: Set<string>;
  readonly changed: Set<string>;
  next: Promise<void>;
  wake: () => void;
}

/**
 * The calls that go on, told to everybody who listens as they change: one connection of the database for all of them, and one question for all that
 * changed at the same time, however many listen. From the first listener on.
 */
export class LiveFeed {
  readonly #db: Database;
  readonly #url: string;
  readonly #gatherMs: number;
  readonly #compareMs: number;
  readonly #most: number;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<Listener>();
  readonly #calls = new Map<string, LiveCall>();
  readonly #dirty = new Set<string>();
  #opening: Promise<Notifications> | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #comparing: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(db: Database, url: string, { gatherMs = 200, compareMs = 10_000, most = 20_000 }: LiveFeedOptions = {}) {
    this.#db = db;
    this.#url = url;
    this.#gatherMs = gatherMs;
    this.#compareMs = compareMs;
    this.#most = most;
  }

  /**
   * All calls that go on and that `sees` lets through, then what changes of them, until the signal is aborted or the feed is closed. A listener that is
   * slow is told the last of each call, not every step. Undefined is told when nothing has changed for so many milliseconds. Throws when the database is
   * away at the beginning.
   */
  async *changes(
    sees: (call: LiveCall) => boolean,
    quietMs: number,
    signal: AbortSignal,
  ): AsyncGenerator<LiveNews | undefined, void> {
    const over = AbortSignal.any([signal, this.#closing.signal]);
    const listener: Listener = { shown: new Set(), changed: new Set(), next: Promise.resolve(), wake: () => undefined };
    this.#listeners.add(listener);
    try {
      await this.#open();
      listener.changed.clear();
      yield this.#newsFor(listener, [...this.#calls.keys()], sees);
      while (!over.aborted) {
        listener.next = new Promise<void>((resolve) => (listener.wake = resolve));
        const inTime = listener.changed.size > 0 || (await woken(listener.next, quietMs, over));
        const ids = [...listener.changed];
        listener.changed.clear();
        const news = this.#newsFor(listener, ids, sees);
        if (news.calls.length + news.ended.length > 0) yield news;
        else if (!inTime) yield undefined;
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#gathering);
    clearInterval(this.#comparing);
    await (await this.#opening?.catch(() => undefined))?.close();
    await this.#reading;
  }

  #newsFor({ shown }: Listener, ids: readonly string[], sees: (call: LiveCall) => boolean): LiveNews {
    const calls = ids.flatMap((id) => this.#calls.get(id) ?? []).filter(sees);
    const ended = ids.filter((id) => !this.#calls.has(id) && shown.delete(id));
    for (const { id } of calls) shown.add(id);
    return { calls, ended };
  }

  /** A connection that cannot be made is tried again by the next who asks; one that breaks later mends itself. */
  async #open(): Promise<void> {
    this.#opening ??= this.#begin().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    await this.#opening;
  }

  async #begin(): Promise<Notifications> {
    const heard = await listenTo(
      this.#url,
      CALL_EVENT_CHANNEL,
      (payload) => this.#noticed((JSON.parse(payload) as { readonly callId: string }).callId),
      () => this.#compare(),
    );
    try {
      for (const call of await liveCalls(this.#db, { most: this.#most })) this.#calls.set(call.id, call);
    } catch (error) {
      await heard.close();
      throw error;
    }
    if (!this.#closing.signal.aborted) this.#comparing = setInterval(() => this.#compare(), this.#compareMs).unref();
    return heard;
  }

  #noticed(callId: string): void {
    this.#dirty.add(callId);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#read([...this.#dirty]);
    }, this.#gatherMs);
  }

  /** Everything that this holds, and everything that the database does. */
  #compare(): void {
    this.#read(undefined);
  }

  /** One after the other; one that fails leaves what it was to read for the next. */
  #read(ids: readonly string[] | undefined): void {
    this.#reading = this.#reading
      .then(async () => {
        if (this.#closing.signal.aborted) return;
        for (const id of ids ?? this.#dirty) this.#dirty.delete(id);
        try {
          this.#put(ids, await liveCalls(this.#db, { ...(ids && { ids }), most: ids?.length ?? this.#most }));
        } catch {
          // The database is away: whatever changed meanwhile is found when all is compared.
        }
      })
      .catch(() => undefined);
  }

  #put(asked: readonly string[] | undefined, found: readonly LiveCall[]): void {
    const now = new Map(found.map((call) => [call.id, call]));
    const changed = (asked ?? [...new Set([...this.#calls.keys(), ...now.keys()])]).filter((id) => {
      const [before, after] = [this.#calls.get(id), now.get(id)];
      return !isSame(before, after);
    });
    for (const id of changed) {
      const call = now.get(id);
      if (call) this.#calls.set(id, call);
      else this.#calls.delete(id);
    }
    for (const listener of this.#listeners) {
      for (const id of changed) listener.changed.add(id);
      if (changed.length > 0) listener.wake();
    }
  }
}

/** Nothing else of a call changes while it goes on. */
const isSame = (one: LiveCall | undefined, other: LiveCall | undefined): boolean =>
  one?.id === other?.id &&
  one?.state === other?.state &&
  one?.number === other?.number &&
  one?.personName === other?.personName &&
  one?.language === other?.language;
