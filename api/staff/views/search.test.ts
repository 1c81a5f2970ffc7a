import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { queryPlan } from '#db/query-plan.ts';
import {
  accountsNamedQuery,
  accountsStartingQuery,
  numbersStartingQuery,
  peopleNamedQuery,
} from '#db/staff-views/search.ts';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

interface Found {
  kind: string;
  id: string;
  title: string;
  detail: string;
}
let house: ViewedHouse;
let agent: ViewConsole;
const MANY = 20_000;

beforeAll(async () => {
  house = await ViewedHouse.open();
  await bringIn();
  agent = await house.console();
});
afterAll(() => house.close());

/** Accounts with a number and a holder each, people, blocks and calls. */
async function bringIn(): Promise<void> {
  const { db } = house;
  await sql`
    insert into account (id, number, status, opened_at)
      select 'a' || n, with_check_digit(100000000 + n * 37), 'open', now() from generate_series(1, ${MANY}::int) as n`.execute(
    db,
  );
  await sql`
    insert into account_number (account_id, number, added_at)
      select 'a' || n, '+1415' || lpad(n::text, 7, '0'), now() from generate_series(1, ${MANY}::int) as n`.execute(db);
  await sql`
    insert into account_profile (account_id, version, first_name, last_name, language, notices, changed_at)
      select 'a' || n, 1, 'First' || n, 'Last' || (n * 7919) % 100003, 'en', 'none', now()
      from generate_series(1, ${MANY}::int) as n where n > 3
      union all select 'a1', 1, 'María', 'García López', 'es', 'none', now()
      union all select 'a2', 1, 'Mario', 'Garza', 'es', 'none', now()`.execute(db);
  await sql`
    insert into person (id, facility_id, name, language, pin_digest)
      select 'P' || n, 'valley-view', 'Inner' || n || ' Outer' || (n * 7919) % 100003, 'en', encode(sha256(n::text::bytea), 'hex')
      from generate_series(1, ${MANY}::int) as n`.execute(db);
  await sql`
    insert into block (number, facility_id, placed_by, placed_at, reason)
      select '+1628' || lpad(n::text, 7, '0'), 'valley-view', 'agent', now(), 'test' from generate_series(1, ${MANY}::int) as n`.execute(
    db,
  );
  // One number that is called again and again: it is found once, by one look.
  await sql`
    insert into call (id, facility_id, node, number, dialled_at, off_hook_at, person_id, closed_at, disposition, cause, ended_by)
      select gen_random_uuid(), 'valley-view', 'ivr-1', case when n % 2 = 0 then '+17075550001' else '+1916' || lpad(n::text, 7, '0') end,
        now(), now(), null, now(), 'busy', 'BYE', 'outside' from generate_series(1, ${MANY}::int) as n`.execute(db);
  await sql`analyze`.execute(db);
}

const find = async (q: string, by = agent) =>
  (await by.get<{ results: Found[] }>(`/v1/staff/search?${new URLSearchParams({ q }).toString()}`)).results;
const ids = async (q: string, by = agent) => (await find(q, by)).map(({ kind, id }) => `${kind} ${id}`);

describe('what is found as it is typed', () => {
  test('numbers, however they are written, with whose they are', async () => {
    const wanted = { kind: 'number', id: '+14150000001', title: '+14150000001' };
    const account = String(
      (await house.db.selectFrom('account').select('number').where('id', '=', 'a1').executeTakeFirst())?.number,
    );
    for (const q of ['+14150000001', '4150000001', '(415) 000-0001', '1 415 000 0001'])
      expect(await find(q)).toContainEqual({ ...wanted, detail: `María García López · ${account}` });
    expect(await ids('+141500000')).toHaveLength(20);
    expect((await ids('415 0000')).slice(0, 2)).toEqual(['number +14150000001', 'number +14150000002']);
    expect(await ids('+1628000000')).toEqual(Array.from({ length: 9 }, (_, n) => `number +1628000000${n + 1}`));
    expect(await ids('70755')).toEqual(['number +17075550001']);
    expect(await ids('9160000001')).toEqual(['number +19160000001']);
  });

  test('a whole number that nobody knows yet, and once', async () => {
    expect(await find('213-555-0142')).toEqual([
      ...[{ kind: 'number', id: '+12135550142', title: '+12135550142', detail: '' }],
    ]);
    expect(await ids('7075550001')).toEqual(['number +17075550001']);
    expect(await ids('213-555-014')).toEqual([]);
    expect(await ids('+44 20 7946 0958')).toEqual(['number +442079460958']);
  });

  test('accounts by their number', async () => {
    const { number } = await house.db
      .selectFrom('account')
      .select('number')
      .where('id', '=', 'a2')
      .executeTakeFirstOrThrow();
    const wanted = { kind: 'account', id: 'a2', title: 'Mario Garza', detail: `${number} · +14150000002` };
    expect(await find(number)).toEqual([wanted]);
    expect(await find(number.slice(0, 9))).toContainEqual(wanted);
    const { number: nameless } = await house.db
      .selectFrom('account')
      .select('number')
      .where('id', '=', 'a3')
      .executeTakeFirstOrThrow();
    expect(await find(nameless)).toEqual([{ kind: 'account', id: 'a3', title: nameless, detail: '+14150000003' }]);
    expect(await ids(`+${number}`)).toEqual([]);
  });

  test('holders by either name, without case and accents', async () => {
    for (const q of ['maria gar', 'MARÍA', 'garcia lopez m', 'García  López', ' garcía '])
      expect([q, await ids(q)]).toEqual([q, ['account a1']]);
    expect(await ids('mari')).toEqual(['account a1', 'account a2']);
    expect(await ids('gar')).toEqual(['account a1', 'account a2']);
    expect(await ids('first100')).toHaveLength(20);
    expect(await ids('nobody of this name')).toEqual([]);
  });

  test('people by name, by the last word of it, and by their number', async () => {
    const alex = { kind: 'person', id: 'demo-alex', title: 'Alex Rivera', detail: 'demo-alex · Valley View Facility' };
    for (const q of ['alex', 'ALEX RI', 'rivera', 'rivera a', 'demo-alex']) expect(await find(q)).toEqual([alex]);
    expect(await ids('p1999')).toEqual(['person P1999', ...Array.from({ length: 10 }, (_, n) => `person P1999${n}`)]);
    await house.db.updateTable('person').set({ active: false }).where('id', '=', 'demo-luz').execute();
    expect(await ids('luz')).toEqual([]);
  });

  test('nothing that whoever asks may not read, or of facilities that are not theirs', async () => {
    const guard = await house.console({ role: 'facility-staff', facilityIds: ['valley-view'] });
    expect(await ids('alex', guard)).toEqual(['person demo-alex']);
    expect(await ids('mateo', guard)).toEqual([]);
    expect(await ids('mateo')).toEqual(['person demo-mateo']);
    for (const q of ['+14150000001', 'maria', '1000']) expect(await ids(q, guard)).toEqual([]);
    const nowhere = await house.console({ role: 'facility-staff' });
    expect(await ids('alex', nowhere)).toEqual([]);
  });

  test('one letter is not looked for, nor is what nobody types', async () => {
    for (const q of ['a', ' a ', 'x'.repeat(101), '', 'a\0b'])
      expect((await agent.ask('GET', `/v1/staff/search?${new URLSearchParams({ q }).toString()}`)).statusCode).toBe(
        400,
      );
    for (const q of ["'; drop table account; --", '%%', String.raw`\\`, '++', '..']) expect(await ids(q)).toEqual([]);
  });
});

test('each is found by an index, of however many there are', async () => {
  const { db } = house;
  const most = { most: 20 };
  const looked = [
    [numbersStartingQuery('+1415', most), ['account_number_pkey', 'block_history', 'call_newest_number']],
    [numbersStartingQuery('+17075550', most), []],
    [accountsStartingQuery('1000', most), ['account_no_once']],
    [accountsNamedQuery('first1', most), ['account_profile_first_name', 'account_profile_last_name']],
    [peopleNamedQuery('inner1', most), ['person_first_name', 'person_last_name', 'person_number']],
    [peopleNamedQuery('inner1', { ...most, facilityIds: ['rio-claro'] }), []],
  ] as const;
  for (const [query, indexes] of looked)
    for (const plannedFor of ['given', 'any'] as const) {
      const plan = await queryPlan(db, query.compile(db), plannedFor);
      // Some facilities stand in a page, which is read at once.
      expect(plan.wholeTables.filter((table) => table !== 'facility')).toEqual([]);
      expect(plan.indexes).toEqual(expect.arrayContaining([...indexes]));
      expect(plan.compiled).toBe(false);
    }
  for (const [query] of looked.slice(0, 5)) {
    const { pages } = await queryPlan(db, query.compile(db), 'any');
    expect(pages.hit + pages.read).toBeLessThan(400);
  }
});
