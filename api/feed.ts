import { listenTo, type Notifications } from '#db/notifications.ts';

/** Read at a time. */
const PAGE = 200;

/** What a feed tells of. */
export interface FeedSource<News> {
  /** Of the database. */
  readonly url: string;
  /** On which it is notified that there is more. */
  readonly channel: string;
  /** The id of what was last. */
  readonly last: () => Promise<string>;
  /** What came after it, in order, so many at most. */
  readonly after: (id: string, most: number) => Promise<readonly News[]>;
}

/** What happens, told to everybody who listens; one connection of the database for all of them, from the first on. */
export class Feed<News extends { readonly id: string }> {
  readonly #source: FeedSource<News>;
  readonly #closing = new AbortController();
  #listening: Promise<Notifications> | undefined;
  #notices = 0;
  #wake: () => void = () => undefined;
  #next = new Promise<void>((resolve) => (this.#wake = resolve));

  constructor(source: FeedSource<News>) {
    this.#source = source;
  }

  /** The id from which on one hears what happens from now on. Rejects when the database is away. */
  async now(): Promise<string> {
    await this.#listen();
    return this.#source.last();
  }

  /**
   * Everything that happened after the event with this id, then all that happens, each once and in order, until the signal is aborted or the feed
   * is closed. Undefined is told when nothing has happened for so many milliseconds. Throws when the database is away.
   */
  async *after(id: string, quietMs: number, signal: AbortSignal): AsyncGenerator<News | undefined, void> {
    const over = AbortSignal.any([signal, this.#closing.signal]);
    await this.#listen();
    for (let last = id; !over.aborted;) {
      const [notices, next] = [this.#notices, this.#next];
      const news = await this.#source.after(last, PAGE);
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
    const { url, channel } = this.#source;
    const noticed = () => this.#noticed();
    this.#listening ??= listenTo(url, channel, noticed, noticed).catch((error: unknown) => {
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
