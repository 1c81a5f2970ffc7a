import { describe, expect, it } from 'vitest';
import type { Database } from '#db/connect.ts';
import { DatabaseUnavailable } from '#db/unavailable.ts';
import { CallRecord } from './call-record.ts';

/** Time that passes when the test says so. */
class SteppedClock {
  /** Every wait that was asked for, in milliseconds. */
  readonly asked: number[] = [];
  ms = 0;
  #waiting: (() => void)[] = [];
  now = () => new Date(this.ms);
  elapsed = () => 0;
  wait = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      this.asked.push(ms);
      if (signal?.aborted) return reject(signal.reason);
      this.#waiting.push(resolve);
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  step(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A database that keeps the parameters of every statement, after it has thrown these. */
function database(...failures: Error[]) {
  const statements: string[] = [];
  const executor = {
    transformQuery: (node: unknown) => node,
    compileQuery: (node: { parameters: { value: unknown }[] }) => node,
    executeQuery: async (query: unknown) => {
      const failure = failures.shift();
      if (failure) throw failure;
      statements.push(JSON.stringify(query));
      return { rows: [] };
    },
  };
  return { statements, db: { getExecutor: () => executor } as unknown as Database };
}

const kindsIn = (statement: string): string[] =>
  [...statement.matchAll(/\\"kind\\":\\"(\w+)\\"/g)].map(([, kind]) => kind ?? '');

const turns = () => new Promise((resolve) => setImmediate(resolve));

describe('the record of a call', () => {
  it('writes what comes in a burst in one statement', async () => {
    const { statements, db } = database();
    const clock = new SteppedClock();
    const record = new CallRecord(db, 'c', clock, log);
    for (const kind of ['heard', 'key', 'saying']) record.write(kind);
    await turns();
    expect(statements).toEqual([]);
    clock.step();
    await turns();
    expect(statements.map(kindsIn)).toEqual([['heard', 'key', 'saying']]);
  });

  it('does not let anything else wait for that, and keeps the order', async () => {
    const { statements, db } = database();
    const record = new CallRecord(db, 'c', new SteppedClock(), log);
    record.write('block');
    const before = await record.store('block', async () => statements.map(kindsIn));
    expect(before).toEqual([['block']]);
  });

  it('is settled when all of it is written, without waiting for more', async () => {
    const { statements, db } = database();
    const record = new CallRecord(db, 'c', new SteppedClock(), log);
    record.write('begun');
    await record.settled();
    record.write('closed');
    await record.settled();
    expect(statements.map(kindsIn)).toEqual([['begun'], ['closed']]);
  });

  it('notes when the call first came to a state, once', async () => {
    const { statements, db } = database();
    const clock = new SteppedClock();
    const record = new CallRecord(db, 'c', clock, log);
    record.state('ringing');
    clock.ms = 5;
    record.state('ringing');
    await record.settled();
    expect(record.states).toEqual({ ringing: new Date(0) });
    expect(statements.map(kindsIn)).toEqual([['state']]);
  });
});

describe('while the database is away', () => {
  const away = () => new DatabaseUnavailable('57P03');

  it('tries again, each time after twice the pause, and never after more than two seconds', async () => {
    const clock = new SteppedClock();
    const record = new CallRecord(database().db, 'c', clock, log);
    const failures = Array.from({ length: 7 }, away);
    const done = record.store('call', async () => {
      const failure = failures.shift();
      if (failure) throw failure;
      return 'kept';
    });
    for (let left = failures.length; left > 0; left--) {
      await turns();
      clock.step();
    }
    expect(await done).toBe('kept');
    expect(clock.asked).toEqual([100, 200, 400, 800, 1600, 2000, 2000]);
  });

  it('puts back the events it could not write, before those that came since', async () => {
    const { statements, db } = database(away());
    const clock = new SteppedClock();
    const record = new CallRecord(db, 'c', clock, log);
    record.write('begun');
    record.write('saying');
    const settled = record.settled();
    await turns();
    record.write('heard');
    clock.step();
    await settled;
    await record.settled();
    expect(statements.map(kindsIn)).toEqual([['begun', 'saying', 'heard']]);
  });

  it('puts them back before those that came while it tried', async () => {
    const { statements, db } = database();
    const clock = new SteppedClock();
    const record = new CallRecord(db, 'c', clock, log);
    const executor = db.getExecutor();
    const execute = executor.executeQuery.bind(executor);
    let tries = 0;
    executor.executeQuery = async (query) => {
      if (++tries > 1) return execute(query);
      record.write('heard');
      throw away();
    };
    record.write('begun');
    const settled = record.settled();
    await turns();
    clock.step();
    await settled;
    await record.settled();
    expect(statements.flatMap(kindsIn)).toEqual(['begun', 'heard']);
  });

  it('stops trying once the record is abandoned, and says why', async () => {
    const record = new CallRecord(database().db, 'c', new SteppedClock(), log);
    const done = record.store('call', () => Promise.reject(away()));
    await turns();
    record.abandon();
    await expect(done).rejects.toThrow('the process stopped before the database came back');
    await record.settled();
  });

  it('does not repeat a write that a rule refused: says so, and the next one goes on', async () => {
    const errors: object[] = [];
    const clock = new SteppedClock();
    const record = new CallRecord(database().db, 'c', clock, { ...log, error: (fields) => errors.push(fields) });
    const refusal = new Error('a rule of the database');
    await expect(record.store('call', () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(await record.store('end', async () => 'kept')).toBe('kept');
    expect(errors).toEqual([{ call: 'c', what: 'call', err: refusal }]);
    expect(clock.asked).toEqual([]);
  });
});
