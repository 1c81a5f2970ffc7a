import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countInWindow } from './rate-windows.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const at = new Date('2026-11-30T10:00:00Z');
const asking = { act: 'look', subject: 'ab'.repeat(32), windowMs: 60_000 };
const commits = sql<{ value: string }>`select current_setting('synchronous_commit') as value`;

test('a window is counted to its end, and then anew', async () => {
  const closesAt = new Date('2026-11-30T10:01:00Z');
  expect(await countInWindow(server.db, asking, at)).toEqual({ counted: 1, closesAt });
  expect(await countInWindow(server.db, asking, new Date('2026-11-30T10:00:59.999Z'))).toEqual({
    counted: 2,
    closesAt,
  });
  const next = new Date('2026-11-30T10:02:00Z');
  expect(await countInWindow(server.db, asking, closesAt)).toEqual({ counted: 1, closesAt: next });
});

test('a count does not wait for the disk; what its connection does next does', async () => {
  await server.db.connection().execute(async (db) => {
    await sql`create temp table seen (value text)`.execute(db);
    await sql`
      create function pg_temp.see() returns trigger language plpgsql as
        $$ begin insert into seen values (current_setting('synchronous_commit')); return new; end $$`.execute(db);
    await sql`create trigger see before insert on rate_window for each row execute function pg_temp.see()`.execute(db);
    await countInWindow(db, asking, at);
    expect((await sql`select value from seen`.execute(db)).rows).toEqual([{ value: 'off' }]);
    expect((await commits.execute(db)).rows).toEqual([{ value: 'on' }]);
    await sql`drop trigger see on rate_window`.execute(db);
  });
});

test('nothing is counted within a transaction, which would not wait for the disk either', async () => {
  const within = server.db.transaction().execute((trx) => countInWindow(trx, asking, at));
  await expect(within).rejects.toThrow('outside of transactions');
});
