import type { Database } from '#db/connect.ts';
import { DESK_EVENT_CHANNEL, deskEventsAfter, lastDeskEvent, type DeskNews } from '#db/desk/events.ts';
import { listenTo, type Notifications } from '#db/notifications.ts';

/** Read at a time. */
const PAGE = 200;

/** What happens at the desk, told to everybody who listens; one connection of the database for all of them, from the first on. */
export class DeskFeed {
  readonly #db: Database;
  readonly #url: string;
  readonly #closing = new AbortController();
  #listening: Promise<Notifications> | undefined;
  #notices = 0;
  #wake: () => void = () => undefined;
  #next = new Promise<void>((resolve) => (this.#wake = resolve));

  constructor(db: Database, url: string) {
    this.#db = db;
    this.#url = url;
  }

  /** The id from which on one hears what happens from now on. Rejects when the database is away. */
  async now(): Promise<string> {
    await this.#listen();
    return lastDeskEvent(this.#db);
  }

  /**
   * Everything that happened after the event with this id, then all that happens, each once and in order, until the signal is aborted or the feed
   * is closed. Undefined is told when nothing has happened for so many milliseconds. Throws when the database is away.
   */
  async *after(id: string, quietMs: number, signal: AbortSignal): AsyncGenerator<DeskNews | undefined, void> {
    const over = AbortSignal.any([signal, this.#closing.signal]);
    await this.#listen();
    for (let last = id; !over.aborted;) {
      const [notices, next] = [this.#notices, this.#next];
      const news = await deskEventsAfter(this.#db, last, PAGE);
      for (const one of news) {
        yield one;
        last = one.id;
      }
      if (news.length === 0 && notices === this.#notices && !(await woken(next, quietMs, over))) yield undefined;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await (await this.#listening?.catch(() => undefined))?.close();
  }

  /** A connection that cannot be made is tried again by the next who asks; one that breaks later mends itself. */
  async #listen(): Promise<void> {
    this.#listening ??= listenTo(
      this.#url,
      DESK_EVENT_CHANNEL,
      () => this.#noticed(),
      () => this.#noticed(),
    ).catch((error: unknown) => {
      this.#listening = undefined;
      throw error;
    });
    await this.#listening;
  }

  #noticed(): void {
    this.#notices++;
    this.#wake();
    this.#next = new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

/** True when it was woken in time, or it is over. */
export async function woken(next: Promise<void>, quietMs: number, over: AbortSignal): Promise<boolean> {
  let stop: () => void = () => undefined;
  const ended = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), quietMs);
    const aborted = () => resolve(true);
    over.addEventListener('abort', aborted, { once: true });
    stop = () => {
      clearTimeout(timer);
      over.removeEventListener('abort', aborted);
    };
    if (over.aborted) aborted();
  });
  try {
    return await Promise.race([next.then(() => true), ended]);
  } finally {
    stop();
  }
}
