import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase } from './connect.ts';
import { takeTurn } from './repeating-jobs.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const minute = 60_000;
const after = (ms: number) => new Date(Date.parse('2026-05-01T12:00:00Z') + ms);

test('a turn is taken once, and again when its period is over', async () => {
  const take = (ms: number) => takeTurn(server.db, 'sweep', minute, after(ms));
  expect(await take(0)).toEqual({ taken: true, nextAt: after(minute) });
  expect(await take(0)).toEqual({ taken: false, nextAt: after(minute) });
  expect(await take(minute - 1)).toEqual({ taken: false, nextAt: after(minute) });
  expect(await take(minute)).toEqual({ taken: true, nextAt: after(2 * minute) });
  expect((await takeTurn(server.db, 'other', minute, after(0))).taken).toBe(true);
});

test('of many that look at once, on connections of their own, one has it, whether it is the first turn or a later one', async () => {
  const others = Array.from({ length: 8 }, () => openDatabase(server.url, { max: 2 }));
  for (const ms of [0, minute, 2 * minute, 3 * minute]) {
    const looks = others.flatMap((db) => [db, db]).map((db) => takeTurn(db, 'crowd', minute, after(ms)));
    const turns = await Promise.all(looks);
    expect(turns.filter(({ taken }) => taken)).toHaveLength(1);
    expect(new Set(turns.map(({ nextAt }) => nextAt.getTime()))).toEqual(new Set([after(ms + minute).getTime()]));
  }
  for (const db of others) await db.destroy();
});

test('a clock that ran ahead does not keep the job waiting for longer than a period', async () => {
  await takeTurn(server.db, 'ahead', minute, after(86_400_000));
  expect(await takeTurn(server.db, 'ahead', minute, after(0))).toEqual({ taken: true, nextAt: after(minute) });
});
