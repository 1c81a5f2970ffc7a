import { describe, expect, it } from 'vitest';
import type { Database } from '#db/connect.ts';
import { DatabaseUnavailable, isUnavailable } from '#db/unavailable.ts';
import { MovedClock, turns } from '../testing/moved-clock.ts';
import { PlayedNotes } from '../testing/played-notes.ts';
import { watched } from '../testing/watched.ts';
import type { CallNote } from './call-note.ts';
import { CallRecord } from './call-record.ts';

type Answer = Error | 'never' | 'kept';

/** A record whose database answers its statements so, then keeps all; what it kept is told by the kinds of events or the table. */
function record(...answers: Answer[]) {
  const clock = new MovedClock();
  const notes = new PlayedNotes();
  const statements: string[][] = [];
  const logged: object[] = [];
  const executor = {
    transformQuery: (node: unknown) => node,
    compileQuery: (node: unknown) => node,
    executeQuery: async (query: unknown) => {
      const answer = answers.shift() ?? 'kept';
      if (answer === 'never') return new Promise(() => undefined);
      if (answer !== 'kept') throw answer;
      const text = JSON.stringify(query);
      const kinds = [...text.matchAll(/\\"kind\\":\\"(\w+)\\"/g)].map(([, kind]) => kind ?? '');
      statements.push(kinds.length > 0 ? kinds : [/"name":"(recording|call)"/.exec(text)?.[1] ?? text]);
      return { rows: [], numAffectedRows: 1n };
    },
  };
  const db = { getExecutor: () => executor, updateTable: (name: string) => update(name, executor) };
  const log = { info: () => undefined, warn: () => undefined, error: (fields: object) => void logged.push(fields) };
  const parts = { db: db as unknown as Database, notes, clock, log };
  return { record: new CallRecord(parts, 'c'), clock, notes, statements, logged };
}

/** As much of Kysely as `startedRecording` needs. */
function update(name: string, { executeQuery }: { executeQuery: (query: unknown) => Promise<unknown> }) {
  const query = {
    set: () => query,
    where: () => query,
    execute: () => executeQuery({ name }),
  };
  return query;
}

const away = () => new DatabaseUnavailable('57P03');
const began: CallNote = { kind: 'recordingBegan', id: 'c', at: new Date(0) };

describe('the record of a call', () => {
  it('writes what comes in a burst in one statement', async () => {
    const { record: call, clock, statements } = record();
    for (const kind of ['heard', 'key', 'saying']) call.write(kind);
    await clock.move(49);
    expect(statements).toEqual([]);
    await clock.move(1);
    expect(statements).toEqual([['heard', 'key', 'saying']]);
    expect(clock.waits).toEqual([]);
  });

  it('does not let anything else wait for that, and keeps the order', async () => {
    const { record: call, statements } = record();
    call.write('block');
    expect(await call.note(began)).toBe('stored');
    expect(await call.ask('who', async () => statements.length)).toBe(2);
    expect(statements).toEqual([['block'], ['recording']]);
  });

  it('is settled when all of it is written, without waiting for more', async () => {
    const { record: call, clock, statements } = record();
    call.write('begun');
    await call.settled();
    call.write('closed');
    await call.settled();
    expect(statements).toEqual([['begun'], ['closed']]);
    await turns();
    expect(clock.waits).toEqual([]);
  });

  it('notes when the call first came to a state, once', async () => {
    const { record: call, clock, statements } = record();
    const at = clock.now();
    call.state('ringing');
    await clock.move(5);
    call.state('ringing');
    await call.settled();
    expect(call.states).toEqual({ ringing: at });
    expect(statements).toEqual([['state']]);
  });

  it('does not repeat a note that a rule refused: says so, and the next one goes on', async () => {
    const refusal = new Error('a rule of the database');
    const { record: call, logged, notes } = record(refusal);
    await expect(call.note(began)).rejects.toBe(refusal);
    expect(await call.note(began)).toBe('stored');
    expect(logged).toEqual([{ call: 'c', what: 'recordingBegan', err: refusal }]);
    expect(notes.kept).toEqual([]);
  });
});

describe('while the database is away', () => {
  it('a note is tried again, each time after twice the pause, and never after more than two seconds', async () => {
    const { record: call, clock } = record(...Array.from({ length: 6 }, away));
    const done = watched(call.note(began));
    const tried: number[] = [];
    for (const pause of [100, 200, 400, 800, 1600]) {
      await turns();
      tried.push(clock.waits[0] ?? 0);
      await clock.move(pause);
    }
    expect(tried).toEqual([100, 200, 400, 800, 1600]);
    expect(clock.waits).toEqual([1_900, 2_000]);
    expect(done.over).toBe(false);
  });

  it('a note waits five seconds for it, then on disk; what follows waits behind it there', async () => {
    const { record: call, clock, notes, statements } = record('never');
    const first = watched(call.note(began));
    call.write('heard');
    await clock.move(4_999);
    expect([first.over, notes.kept]).toEqual([false, []]);
    await clock.move(1);
    expect(first.result).toBe('kept');
    await clock.move(50);
    expect(notes.kept.map(({ kind }) => kind)).toEqual(['recordingBegan', 'journal']);
    expect(await call.note(began)).toBe('kept');
    expect(statements).toEqual([]);
    await turns();
    expect(clock.waits).toEqual([]);
    // Back, and delivered.
    notes.kept.splice(0);
    expect(await call.note(began)).toBe('stored');
  });

  it('a note that comes later presses on those before it', async () => {
    const { record: call, clock, notes } = record('never');
    const first = watched(call.note(began));
    const urgent = watched(call.noteWithin(1_000, { ...began, id: 'urgent' }));
    await clock.move(1_000);
    expect([first.result, urgent.result]).toEqual(['kept', 'kept']);
    expect(notes.kept).toMatchObject([{ id: 'c' }, { id: 'urgent' }]);
  });

  it('what is queued later has its own five seconds, whatever became of what stands before it', async () => {
    const { record: call, clock, notes } = record('never');
    notes.delivery = async () => void notes.kept.splice(0);
    const first = watched(call.note(began));
    await clock.move(3_000);
    const asked = watched(call.ask('who', () => new Promise(() => undefined)));
    await clock.move(2_000);
    expect([first.result, asked.over]).toEqual(['kept', false]);
    await clock.move(2_999);
    expect(asked.over).toBe(false);
    await clock.move(1);
    expect(asked.error).toSatisfy(isUnavailable);
  });

  it('an urgent note is given up when the disk does not take it either, and never tried again', async () => {
    const { record: call, clock, notes, logged } = record('never', 'never');
    const full = new Error('no space left');
    notes.refusals.push(full);
    const urgent = watched(call.noteWithin(1_000, began));
    await clock.move(1_000);
    expect(urgent.error).toBe(full);
    expect(logged).toEqual([{ call: 'c', what: 'recordingBegan', err: full }]);
    await clock.move(10_000);
    expect(notes.kept).toEqual([]);
  });

  it('an urgent note behind one that nothing takes is given up a second later, and skipped', async () => {
    const { record: call, clock, notes, statements } = record('never', away(), 'kept');
    notes.refusals.push(new Error('no space left'), new Error('no space left'));
    const first = watched(call.note(began));
    const urgent = watched(call.noteWithin(1_000, { ...began, id: 'urgent' }));
    await clock.move(1_999);
    expect(urgent.over).toBe(false);
    await clock.move(1);
    expect(urgent.error).toSatisfy(isUnavailable);
    await clock.move(10_000);
    expect(first.result).toBe('stored');
    expect(statements).toEqual([['recording']]);
    expect(notes.kept).toEqual([]);
  });

  it('a note that the disk refuses is not lost: one look at the database, one at the disk, every two seconds', async () => {
    const { record: call, clock, notes, logged } = record('never', away());
    notes.refusals.push(new Error('no space left'), new Error('no space left'));
    const done = watched(call.note(began));
    await clock.move(5_000);
    await clock.move(1_999);
    expect(done.over).toBe(false);
    await clock.move(1);
    expect(done.over).toBe(false);
    await clock.move(2_000);
    expect(done.result).toBe('stored');
    expect(logged).toHaveLength(2);
  });

  it('a question is tried again, and given up when it is late', async () => {
    const { record: call, clock, notes } = record();
    const answers: (Error | 'yes')[] = [away(), 'yes'];
    const question = async () => {
      const answer = answers.shift() ?? away();
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const asked = watched(call.ask('who', question));
    await clock.move(100);
    expect(asked.result).toBe('yes');
    const late = watched(call.ask('who', question, 1_000));
    await clock.move(999);
    expect(late.over).toBe(false);
    await clock.move(1);
    expect(late.error).toSatisfy(isUnavailable);
    expect(notes.kept).toEqual([]);
  });

  it('a question whose turn comes when it is late already is not asked', async () => {
    const { record: call, clock } = record('never');
    void call.note(began);
    let asked = 0;
    const late = watched(call.ask('who', async () => ++asked, 1_000));
    await clock.move(1_000);
    expect(late.error).toSatisfy(isUnavailable);
    expect(asked).toBe(0);
  });

  it('a question comes after what waits on disk', async () => {
    const { record: call, notes, clock } = record();
    notes.kept.push(began);
    let delivered = 0;
    notes.delivery = async () => {
      if (++delivered === 1) throw away();
      notes.kept.splice(0);
    };
    const asked = watched(call.ask('who', async () => notes.kept.length));
    await turns();
    expect(asked.over).toBe(false);
    await clock.move(100);
    expect(asked.result).toBe(0);
  });

  it('is settled two seconds later at the latest, on disk', async () => {
    const { record: call, clock, notes } = record('never');
    call.write('closed');
    void call.note(began);
    const settled = watched(call.settled());
    await clock.move(1_999);
    expect([settled.over, notes.kept]).toEqual([false, []]);
    await clock.move(1);
    expect(settled.over).toBe(true);
    expect(notes.kept.map(({ kind }) => kind)).toEqual(['journal', 'recordingBegan']);
  });

  it('is settled a second after that even when nothing takes it, and says what is lost', async () => {
    const { record: call, clock, notes, logged } = record('never', 'never');
    notes.keep = () => new Promise(() => undefined);
    void call.note(began);
    const settled = watched(call.settled(500));
    await clock.move(1_499);
    expect(settled.over).toBe(false);
    await clock.move(1);
    expect(settled.over).toBe(true);

    const other = record('never');
    const full = new Error('no space left');
    other.notes.refusals.push(full);
    void other.record.note(began);
    const gone = watched(other.record.settled(0));
    await other.clock.move(0);
    expect(gone.over).toBe(true);
    expect(other.logged).toEqual([{ call: 'c', what: 'recordingBegan', err: full }]);
    expect(logged).toEqual([]);
  });
});
