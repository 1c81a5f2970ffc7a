import { afterAll, expect, test } from 'vitest';
import { startTestDatabase } from '#db/testing.ts';
import { openDatabase, type Database } from '#db/connect.ts';
import { allWell, databaseHealth } from './health.ts';

const database = await startTestDatabase();
afterAll(() => database.stop());

test('a database that answers is well, one that is away is told, another fault is a fault', async () => {
  expect(await databaseHealth(database.db)).toBe('ok');
  await expect(databaseHealth({} as Database)).rejects.toThrow(TypeError);
  const away = openDatabase('postgres://nobody:nothing@127.0.0.1:1/none');
  expect(await databaseHealth(away)).toBe('no database');
  await away.destroy();
});

test('the first that is not well is told, and the others are not asked', async () => {
  const asked: string[] = [];
  const said = (what: string) => () => (asked.push(what), what);
  expect(await allWell(said('ok'), async () => 'draining', said('no database'))).toBe('draining');
  expect(asked).toEqual(['ok']);
  expect(await allWell(said('ok'))).toBe('ok');
});
