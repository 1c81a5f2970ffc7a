import type { Database } from '#db/connect.ts';
import type { CallEvent } from '#db/calls.ts';
import { DatabaseUnavailable, isUnavailable } from '#db/unavailable.ts';
import type { Clock } from '../clock.ts';
import type { CallNote } from './call-note.ts';
import { writeNote } from './call-note.ts';
import type { NoteSpool } from './note-spool.ts';

export type CallState = 'offHook' | 'policy' | 'ringing' | 'greeting' | 'talking' | 'done';

export interface Log {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Events come in bursts (heard, key, saying): so many milliseconds of them are written together. */
const gatherMs = 50;

/** How long the database may be away before what is written waits on disk, and what is asked is given up. */
const patienceMs = 5_000;
/** How long an end in order may wait for the database; all of it must fit into what follows DRAIN_SECONDS. */
const settleMs = 2_000;
/** How long the disk may take. */
export const diskMs = 1_000;
const againMs = 2_000;

export interface CallRecordParts {
  readonly db: Database;
  readonly notes: Pick<NoteSpool, 'holds' | 'keep' | 'deliver'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What is written about one call, in order. The call never waits for the database: notes queue up and are tried again while it is
 * away; after {@link patienceMs} they wait on disk (note-spool.ts), so that neither an hour without a database nor the end of the process loses any.
 */
export class CallRecord {
  readonly callId: string;
  readonly states: Partial<Record<CallState, Date>> = {};
  readonly #parts: CallRecordParts;
  #events: CallEvent[] = [];
  #sequence = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** For each write that is queued or under way, in order: aborted when it is not to wait for the database any longer. */
  readonly #queued = new Set<AbortController>();
  /** Aborted when the events that are being gathered are to be written at once. */
  #gathering = new AbortController();
  /** The process must go: what neither the database nor the disk takes is lost. */
  #leaving = false;

  constructor(parts: CallRecordParts, callId: string) {
    this.#parts = parts;
    this.callId = callId;
  }

  /** Notes an event of the call, written within {@link gatherMs}; nothing to wait for. */
  write(kind: string, data: Record<string, unknown> = {}): void {
    const { clock } = this.#parts;
    this.#events.push({ callId: this.callId, seq: this.#sequence++, at: clock.now(), kind, data });
    if (this.#events.length > 1) return;
    const { signal } = (this.#gathering = new AbortController());
    void this.#queue('journal', patienceMs + gatherMs, async (late) => {
      await clock.wait(gatherMs, signal).catch(() => undefined);
      const events = this.#events;
      this.#events = [];
      await this.#keep({ kind: 'journal', events }, late);
    });
  }

  state(state: CallState): void {
    if (this.states[state]) return;
    this.states[state] = this.#parts.clock.now();
    this.write('state', { state });
  }

  /**
   * Queues a note behind the ones before it. Resolves once it is durable: in the database, or `kept` on disk for it. Rejects with what a rule
   * of the database refused it with.
   */
  note(note: CallNote): Promise<'stored' | 'kept'> {
    this.#gathering.abort();
    return this.#queue(note.kind, patienceMs, (late) => this.#keep(note, late));
  }

  /** The same within `ms`, or never: rejects when neither database nor disk has taken it by then, and it is not tried again. */
  async noteWithin(ms: number, note: CallNote): Promise<'stored' | 'kept'> {
    this.#gathering.abort();
    const over = new AbortController();
    const done = this.#queue(note.kind, ms, (late) => {
      if (over.signal.aborted) throw new DatabaseUnavailable('LATE');
      return this.#keep(note, late, { orNever: true });
    });
    const limit = this.#parts.clock.wait(ms + diskMs, over.signal).then(() => {
      throw new DatabaseUnavailable('LATE');
    });
    return Promise.race([done, limit]).finally(() => over.abort());
  }

  /**
   * Asks the database, behind the notes before it. Rejects with DatabaseUnavailable when it does not answer within `ms`; what was asked may
   * have been done then, or be done a little later.
   */
  ask<T>(what: string, question: (db: Database) => Promise<T>, ms = patienceMs): Promise<T> {
    this.#gathering.abort();
    const { db, notes } = this.#parts;
    return this.#queue(what, ms, (late) =>
      this.#try(what, late, async () => {
        if (notes.holds(this.callId)) await notes.deliver(this.callId);
        return question(db);
      }),
    );
  }

  /** Resolves once everything written so far is durable, in the database or, `withinMs` later, on disk; a second after that at most. */
  async settled(withinMs = settleMs): Promise<void> {
    this.#gathering.abort();
    await this.#within(withinMs, this.#last, () => {
      this.#leaving = true;
      for (const queued of this.#queued) queued.abort();
    });
  }

  #queue<T>(what: string, ms: number, write: (late: AbortSignal) => T | Promise<T>): Promise<T> {
    const late = new AbortController();
    this.#queued.add(late);
    const done = this.#last.then(() => write(late.signal));
    this.#last = done
      .catch((error: unknown) =>
        this.#parts.log.error({ call: this.callId, what, err: error }, 'a write about this call was refused'),
      )
      .finally(() => this.#queued.delete(late));
    void this.#within(ms, this.#last, () => {
      // What stands before it has waited even longer.
      for (const queued of this.#queued) {
        queued.abort();
        if (queued === late) break;
      }
    });
    return done;
  }

  /** Resolves with the work. When that takes longer than `ms`, `late` is called, and it is waited for a moment more. */
  async #within(ms: number, work: Promise<unknown>, late: () => void): Promise<void> {
    const { clock } = this.#parts;
    const done = new AbortController();
    const limit = clock.wait(ms, done.signal).then(() => {
      late();
      return clock.wait(diskMs, done.signal);
    });
    await Promise.race([work, limit.catch(() => undefined)]);
    done.abort();
  }

  async #keep(note: CallNote, late: AbortSignal, { orNever = false } = {}): Promise<'stored' | 'kept'> {
    const { db, notes, clock, log } = this.#parts;
    for (let round = 1; ; round++) {
      try {
        if (!notes.holds(this.callId)) {
          // Once the disk has refused it, one look at each of the two in turn.
          await (round === 1 ? this.#try(note.kind, late, () => writeNote(db, note)) : writeNote(db, note));
          return 'stored';
        }
      } catch (error) {
        if (!isUnavailable(error)) throw error;
      }
      try {
        await notes.keep(this.callId, note);
        return 'kept';
      } catch (error) {
        if (orNever || this.#leaving) throw error;
        log.error({ call: this.callId, what: note.kind, err: error }, 'neither the database nor the disk takes a note');
        await clock.wait(againMs);
      }
    }
  }

  /** Tries again while the database is away, until it is late; then DatabaseUnavailable. */
  async #try<T>(what: string, late: AbortSignal, write: () => Promise<T>): Promise<T> {
    const { clock, log } = this.#parts;
    if (late.aborted) throw new DatabaseUnavailable('LATE');
    const limit = new Promise<never>((_resolve, reject) =>
      late.addEventListener('abort', () => reject(new DatabaseUnavailable('LATE')), { once: true }),
    );
    limit.catch(() => undefined);
    for (let pause = 100; ; pause = Math.min(pause * 2, againMs)) {
      try {
        return await Promise.race([write(), limit]);
      } catch (error) {
        if (!isUnavailable(error) || late.aborted) throw error;
        log.warn({ call: this.callId, what }, 'the database is away; the write waits');
        await Promise.race([clock.wait(pause, late), limit]);
      }
    }
  }
}
