import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openAccount } from './accounts.ts';
import { openDatabase } from './connect.ts';
import { saveFacility } from './facilities.ts';
import { facilitiesOfState, facilityChoice, facilityNumbered, statesWithFacilities } from './facility-directory.ts';
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
    saveFacility(db, { ...facilities[0], id, name, state, active, number: `5${id.slice(1)}` });
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
  for (const id of ['f4', 'f5', 'f9']) expect(await facilityChoice(db, id)).toBeUndefined();
  expect(await facilityNumbered(db, '56')).toEqual({ id: 'f6', name: 'Desert', state: 'NV' });
  for (const number of ['54', '55', '59', 'f6', '']) expect(await facilityNumbered(db, number)).toBeUndefined();
  await expect(saveFacility(db, { ...facilities[0], id: 'f8', number: '56' })).rejects.toThrow('facility_number_once');
  await expect(saveFacility(db, { ...facilities[0], id: 'f8', number: '056' })).rejects.toThrow('facility_number');
});

test('two thousand facilities are looked up by index alone', async () => {
  const { db } = server;
  await sql`insert into facility select (jsonb_populate_record(facility, jsonb_build_object('id', 'many-' || n, 'number', 10000 + n,
      'name', 'Facility ' || lpad(n::text, 4, '0'), 'active', true, 'state', case when n <= 1200 then 'TX' else chr(65 + n % 20) || 'Z' end))).*
    from facility, generate_series(1, 2000) as n where id = 'f1'`.execute(db);
  await sql`vacuum analyze facility`.execute(db);
  await db.transaction().execute(async (trx) => {
    const states = await statesWithFacilities(trx);
    expect(states).toHaveLength(20 + 3);
    expect(states).toEqual([...states].sort());
    const ofTexas = await facilitiesOfState(trx, 'TX', { limit: 2_000 });
    expect(ofTexas).toHaveLength(1_200);
    expect(ofTexas[1_199]).toEqual({ id: 'many-1200', name: 'Facility 1200', state: 'TX' });
    expect(await facilityNumbered(trx, '11200')).toEqual(ofTexas[1_199]);
    const { rows } = await sql`select seq_scan from pg_stat_xact_user_tables where relname = 'facility'`.execute(trx);
    expect(rows).toEqual([{ seqScan: '0' }]);
  });
});
