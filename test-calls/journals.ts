import postgres from 'postgres';
import { CALL_EVENT_CHANNEL } from '#db/calls.ts';

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
  readonly #sql: postgres.Sql;
  readonly #listeners = new Set<Listener>();
  readonly #events: JournalEvent[] = [];

  private constructor(sql: postgres.Sql) {
    this.#sql = sql;
  }

  static async listen(url: string): Promise<Journals> {
    const journals = new Journals(postgres(url, { max: 1, onnotice: () => undefined }));
    await journals.#sql.listen(CALL_EVENT_CHANNEL, (text) => {
      const event = { ...(JSON.parse(text) as JournalEvent) };
      journals.#events.push(event);
      for (const listener of journals.#listeners) listener(event);
    });
    return journals;
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
    await this.#sql.end({ timeout: 1 });
  }
}
