import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openAccount } from './accounts.ts';
import { openDatabase } from './connect.ts';
import { facilitiesOfState, facilityChoice, saveFacility, statesWithFacilities } from './facilities.ts';
import { migrate } from './migrate.ts';
import { facilities } from './seed/demo-world.ts';
import { databaseBefore, startTestDatabase, type TestDatabase } from './testing.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

test('accounts of before have a number each, and the accounts that are there stay what they are', async () => {
  const url = await databaseBefore(server, 'before_numbers', '0024');
  const db = openDatabase(url, { max: 2 });
  await sql`insert into account (id, status, opened_at) select 'a' || n, 'open', now() from generate_series(1, 5000) as n`.execute(
    db,
  );
  await migrate(url);
  const { rows } = await sql<{ many: string; numbers: string; sound: string }>`select count(*) as many,
    count(distinct number) as numbers, count(*) filter (where id like 'a%' and number ~ '^1[0-9]{9}$') as sound from account`.execute(
    db,
  );
  expect(rows).toEqual([{ many: '5000', numbers: '5000', sound: '5000' }]);
  await openAccount(db, { id: 'later', numbers: [], at: new Date() });
  const later = await db.selectFrom('account').select('number').where('id', '=', 'later').executeTakeFirstOrThrow();
  expect(later.number).toMatch(/^1[0-9]{9}$/);
  await db.destroy();
});

test('families choose among the active facilities of a state, page by page by name', async () => {
  const { db } = server;
  const add = (id: string, name: string, state: string | undefined, active = true) =>
    saveFacility(db, { ...facilities[0], id, name, state, active });
  await add('f1', 'Bay', 'CA');
  await add('f3', 'Alder', 'CA');
  await add('f2', 'Alder', 'CA');
  await add('f4', 'Closed', 'CA', false);
  await add('f5', 'Nowhere', undefined);
  await add('f6', 'Desert', 'NV');
  await add('f7', 'Closed as well', 'AZ', false);
  expect(await statesWithFacilities(db)).toEqual(['CA', 'NV']);
  const first = await facilitiesOfState(db, 'CA', { limit: 2 });
  expect(first).toEqual([
    { id: 'f2', name: 'Alder', state: 'CA' },
    { id: 'f3', name: 'Alder', state: 'CA' },
  ]);
  const after = first.at(-1);
  const rest = await facilitiesOfState(db, 'CA', { limit: 2, ...(after && { after }) });
  expect(rest.map(({ id }) => id)).toEqual(['f1']);
  expect(await facilityChoice(db, 'f6')).toEqual({ id: 'f6', name: 'Desert', state: 'NV' });
  expect([await facilityChoice(db, 'f4'), await facilityChoice(db, 'f5'), await facilityChoice(db, 'f9')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
