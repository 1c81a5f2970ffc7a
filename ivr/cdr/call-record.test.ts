import { describe, expect, it } from 'vitest';
import type { Database } from '#db/connect.ts';
import { CallRecord } from './call-record.ts';

/** Time that passes when the test says so. */
class SteppedClock {
  #waiting: (() => void)[] = [];
  now = () => new Date(0);
  elapsed = () => 0;
  wait = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      this.#waiting.push(resolve);
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  step(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A database that keeps the parameters of every statement. */
function database() {
  const statements: string[] = [];
  const executor = {
    transformQuery: (node: unknown) => node,
    compileQuery: (node: { parameters: { value: unknown }[] }) => node,
    executeQuery: async (query: unknown) => {
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
});
