import { sql } from 'kysely';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keptData } from './kept-data.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const columns = async () =>
  (
    await sql<{ tableName: string; columnName: string }>`
      select table_name, column_name from information_schema.columns where table_schema = 'public'`.execute(server.db)
  ).rows;

/** What a column is called that holds what lets somebody in; and what is called so and does not. */
const SECRET = /(^|_)(hash|digest|ha1|token|totp|sealed|secret|password|pin)(_|$)/;
const NONE = /(^|_)request_hash$|_(at|step|due)$|^totp_step$/;

test('every table of the database is told of once, and none that there is not', async () => {
  const there = [...new Set((await columns()).map(({ tableName }) => tableName))].sort();
  expect(keptData.flatMap(({ tables }) => tables).sort()).toEqual(there);
});

test('every column that holds a secret is told of beside its table, with as what it is kept', async () => {
  const there = (await columns())
    .filter(({ columnName }) => SECRET.test(columnName) && !NONE.test(columnName))
    .map(({ tableName, columnName }) => `${tableName}.${columnName}`)
    .sort();
  const told = keptData.flatMap(({ tables, secrets = {} }) =>
    Object.keys(secrets).map((column) => ({ column, isHere: tables.includes(column.split('.')[0] ?? '') })),
  );
  expect(told.map(({ column }) => column).sort()).toEqual(there);
  expect(told.filter(({ isHere }) => !isHere)).toEqual([]);
});
