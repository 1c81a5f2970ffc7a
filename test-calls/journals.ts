import type { Database } from '#db/connect.ts';
import { listenToCallEvents } from '#db/call-event-stream.ts';
import type { Notifications } from '#db/notifications.ts';

/** An event of a call as the database announces it. */
export interface JournalEvent {
  readonly callId: string;
  readonly seq: number;
  readonly kind: string;
  readonly at: string;
  readonly data: Record<string, unknown>;
}

type Listener = (event: JournalEvent) => void;

/** What calls write about themselves, live, as anybody with the database could follow it. */
export class Journals {
  readonly #db: Database;
  readonly #listeners = new Set<Listener>();
  readonly #events: JournalEvent[] = [];
  readonly #known = new Set<string>();
  #stream: Notifications | undefined;

  private constructor(db: Database) {
    this.#db = db;
  }

  static async listen(url: string, db: Database): Promise<Journals> {
    const journals = new Journals(db);
    journals.#stream = await listenToCallEvents(
      url,
      ({ data, truncated, ...event }) =>
        truncated ? void journals.#readAll() : journals.#tell({ ...event, data: data ?? {} }),
      () => void journals.#readAll(),
    );
    return journals;
  }

  #tell(event: JournalEvent): void {
    const key = `${event.callId} ${event.seq}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** What was announced while nobody listened. When the database goes away again, the stream says so again. */
  async #readAll(): Promise<void> {
    const all = this.#db.selectFrom('callEvent').selectAll().orderBy('callId').orderBy('seq');
    const events = await all.execute().catch(() => []);
    for (const { at, ...event } of events) this.#tell({ ...event, at: at.toISOString() });
  }

  /** Calls the listener for every event from now on; the result stops it. */
  follow(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  of(callId: string): readonly JournalEvent[] {
    return this.#events.filter((event) => event.callId === callId);
  }

  find(wanted: (event: JournalEvent) => boolean): JournalEvent | undefined {
    return this.#events.find(wanted);
  }

  /** Resolves with the first event, past or to come, that is wanted. Rejects with the signal's reason. */
  wait(wanted: (event: JournalEvent) => boolean, signal = AbortSignal.timeout(60_000)): Promise<JournalEvent> {
    const known = this.#events.find(wanted);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const stop = this.follow((event) => {
        if (!wanted(event)) return;
        stop();
        resolve(event);
      });
      signal.addEventListener('abort', () => {
        stop();
        reject(signal.reason);
      });
    });
  }

  /** The events of one call, until one of this kind has come. */
  async until(callId: string, kind: string): Promise<readonly JournalEvent[]> {
    await this.wait((event) => event.callId === callId && event.kind === kind);
    return this.of(callId);
  }

  async close(): Promise<void> {
    await this.#stream?.close();
  }
}
