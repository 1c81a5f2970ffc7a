import { sql } from 'kysely';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase } from './connect.ts';
import { post } from './ledger.ts';
import { migrate, migrations } from './migrate.ts';
import { databaseBefore, startTestDatabase, type TestDatabase } from './testing.ts';

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

test('an account that was closed before postings looked at its ledger account is closed to them as well', async () => {
  const url = await databaseBefore(server, 'before_postings', '0028');
  const db = openDatabase(url, { max: 1, connectMs: 15_000, statementMs: 15_000 });
  await sql`insert into account (id, status, opened_at, closed_at)
    values ('gone', 'closed', now(), now()), ('here', 'open', now(), null)`.execute(db);
  await migrate(url);
  const deposit = (holder: string) =>
    post(db, {
      ...{ key: `to ${holder}`, kind: 'deposit', at: new Date() },
      entries: [
        { ledger: { holder }, cents: 5 },
        { ledger: 'card-clearing', cents: -5 },
      ],
    });
  await expect(deposit('gone')).rejects.toMatchObject({ code: 'account-closed' });
  expect((await deposit('here')).balances).toEqual({ here: { before: 0, after: 5 } });
  await db.destroy();
});

test('the balance of a plan that was live before postings looked for plans in the ledger account is watched as well', async () => {
  const url = await databaseBefore(server, 'before_watched', '0051');
  const db = openDatabase(url, { max: 1, connectMs: 15_000, statementMs: 15_000 });
  await sql`insert into account (id, status, opened_at) select unnest(array['live', 'left', 'none']), 'open', now()`.execute(
    db,
  );
  await sql`insert into funding_plan (account_id, mode, amount_cents, email, notices, language, agreement_version, agreed_at, enrolled_at, ended_at)
    select id, 'autopay', 2000, 'us@example.com', 'e-mail', 'en', '1', now(), now(), ended_at
    from (values ('live', null::timestamptz), ('left', now())) as plan (id, ended_at)`.execute(db);
  await migrate(url);
  const query = db.selectFrom('ledgerAccount').select('accountId').where('watched', '=', true);
  expect(await query.execute()).toEqual([{ accountId: 'live' }]);
  await db.destroy();
});

test('every type of db/schema.ts has its table, with the columns the migrations make', async () => {
  const { rows } = await sql<{ name: string; columns: string[] }>`
    select table_name as name, json_agg(column_name order by column_name) as columns from information_schema.columns
    where table_schema = 'public' and table_name not like 'kysely%'
    group by table_name order by 1`.execute(server.db);
  const made = Object.fromEntries(rows.map(({ name, columns }) => [name, columns]));
  expect(made).toEqual(await written());
});

/** Tables and columns as the types in db/schema.ts and db/schema/ name them. */
async function written(): Promise<Record<string, string[]>> {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const here = import.meta.dirname;
  const files = (await readdir(join(here, 'schema'))).map((name) => readFile(join(here, 'schema', name), 'utf8'));
  const source = (await Promise.all(files)).join('\n');
  const columnsOf = (type: string) => {
    const body = new RegExp(`interface ${type} \\{\\n([^}]*)\\n\\}`).exec(source)?.[1] ?? '';
    return [...body.matchAll(/^ {2}(\w+): /gm)].map(([, column = '']) => snake(column)).sort();
  };
  const schema = await readFile(join(here, 'schema.ts'), 'utf8');
  const tables = [...schema.matchAll(/^ {2}(\w+): (\w+);$/gm)];
  return Object.fromEntries(tables.map(([, table = '', type = '']) => [snake(table), columnsOf(type)]));
}
