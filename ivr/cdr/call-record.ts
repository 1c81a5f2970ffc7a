import { setMaxListeners } from 'node:events';
import type { Database } from '#db/connect.ts';
import type { CallEvent } from '#db/calls.ts';
import { appendEvents } from '#db/calls.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { Clock } from '../clock.ts';

export type CallState = 'offHook' | 'policy' | 'ringing' | 'greeting' | 'talking' | 'done';

export interface Log {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Events come in bursts (heard, key, saying): so many milliseconds of them are written together. */
const gatherMs = 50;

/**
 * What is written about one call, in order. The call never waits for the database: writes queue up, and go on being tried while
 * it is away, so that a database that is down for a while loses nothing.
 */
export class CallRecord {
  readonly callId: string;
  readonly states: Partial<Record<CallState, Date>> = {};
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #log: Log;
  #events: CallEvent[] = [];
  #sequence = 0;
  #last: Promise<unknown> = Promise.resolve();
  #giveUp = new AbortController();
  /** Aborted when the events that are being gathered are to be written at once. */
  #gathering = new AbortController();

  constructor(db: Database, callId: string, clock: Clock, log: Log) {
    this.#db = db;
    this.callId = callId;
    this.#clock = clock;
    this.#log = log;
    setMaxListeners(0, this.#giveUp.signal);
  }

  /** Notes an event of the call, written within {@link gatherMs}; nothing to wait for. */
  write(kind: string, data: Record<string, unknown> = {}): void {
    this.#events.push({ callId: this.callId, seq: this.#sequence++, at: this.#clock.now(), kind, data });
    if (this.#events.length > 1) return;
    const { signal } = (this.#gathering = new AbortController());
    void this.#queue('journal', async () => {
      await this.#clock.wait(gatherMs, signal).catch(() => undefined);
      const events = this.#events;
      this.#events = [];
      try {
        await appendEvents(this.#db, events);
      } catch (error) {
        this.#events = [...events, ...this.#events];
        throw error;
      }
    });
  }

  state(state: CallState): void {
    if (this.states[state]) return;
    this.states[state] = this.#clock.now();
    this.write('state', { state });
  }

  /** Queues a write behind the ones before it. The promise settles once it is durable, or was refused by a rule of the database. */
  store<T>(what: string, write: (db: Database) => Promise<T>): Promise<T> {
    this.#gathering.abort();
    return this.#queue(what, () => write(this.#db));
  }

  /** Resolves once everything written so far is durable. */
  async settled(): Promise<void> {
    this.#gathering.abort();
    await this.#last;
  }

  /** Stops trying; for a process that must go. */
  abandon(): void {
    this.#giveUp.abort(new Error('the process stopped before the database came back'));
  }

  #queue<T>(what: string, write: () => Promise<T>): Promise<T> {
    const done = this.#last.then(() => this.#try(what, write));
    this.#last = done.catch((error: unknown) =>
      this.#log.error({ call: this.callId, what, err: error }, 'a write about this call was refused'),
    );
    done.catch(() => undefined);
    return done;
  }

  async #try<T>(what: string, write: () => Promise<T>): Promise<T> {
    for (let pause = 100; ; pause = Math.min(pause * 2, 2_000)) {
      try {
        return await write();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        this.#log.warn({ call: this.callId, what }, 'the database is away; the write waits');
        await this.#clock.wait(pause, this.#giveUp.signal);
      }
    }
  }
}
