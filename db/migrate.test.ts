import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase } from './connect.ts';
import { migrate, migrations } from './migrate.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

test('several processes may migrate at once: every migration runs exactly once', async () => {
  const url = server.url.replace(/\/homeline$/, '/bare');
  const maintenance = openDatabase(server.url.replace(/\/homeline$/, '/postgres'), { max: 1 });
  await sql`create database bare template template0`.execute(maintenance);
  await maintenance.destroy();

  const ran = await Promise.all(Array.from({ length: 6 }, () => migrate(url)));

  expect(ran.flat().sort()).toEqual(Object.keys(migrations).sort());
  expect(ran.filter((names) => names.length > 0)).toHaveLength(1);
  expect(await migrate(url)).toEqual([]);
});

test('every type of db/schema.ts has its table, with the columns the migrations make', async () => {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_name not like 'kysely%' order by 1`.execute(server.db);
  expect(rows.map((row) => row.name)).toEqual([
    'account',
    'account_card',
    'account_number',
    'block',
    'call',
    'call_event',
    'credential',
    'facility',
    'leg',
    'outbox',
    'person',
    'privileged_number',
    'recording',
    'registration',
    'sandbox_card',
    'sandbox_charge',
    'sandbox_refund',
    'spoken_name',
    'station',
    'trunk',
  ]);
});
