import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { accountOf, closeAccount, openAccount } from './accounts.ts';
import { activeBlock, activeBlockQuery, placeBlock } from './blocks.ts';
import { closeCall, openCall, setNumber, setPerson } from './calls.ts';
import { openDatabase, type Database } from './connect.ts';
import { policyFacts, policyQuery, UnknownCaller, type PolicyQuestion } from './policy.ts';
import { addPrivileged, isPrivileged } from './privileged.ts';
import { queryPlan } from './query-plan.ts';
import { seedDemo } from './seed/demo.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let calls: Database;
const now = new Date(Date.UTC(2026, 4, 1, 12));
const number = '+14155550110';
beforeAll(async () => {
  server = await startTestDatabase();
  await seedDemo(server.db, { pinPepper: 'p', realm: 'r', now });
  // A connection that has made its plans while the tables were empty. Vacuumed, an empty table has no pages; of one that never was, the planner
  // expects ten. The sixth time a plan for any values is made, and kept.
  await sql`vacuum analyze`.execute(server.db);
  calls = openDatabase(server.url, { max: 1, connectMs: 15_000, statementMs: 15_000, byIndex: true });
  for (let time = 0; time < 6; time++) await look(calls);
  await bringIn(server.db);
});
afterAll(async () => {
  await calls.destroy();
  await server.stop();
});

const question: PolicyQuestion = {
  personId: 'demo-alex',
  stationId: 'valley-view-1',
  facilityId: 'valley-view',
  number,
  at: now,
};
const ask = (change: Partial<PolicyQuestion> = {}) => policyFacts(server.db, { ...question, ...change });
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

async function look(db: Database): Promise<void> {
  await policyFacts(db, question);
  await activeBlock(db, number, { facilityId: 'valley-view' });
}

/** Thousands of blocks, calls, privileged numbers and people, as from another system. */
async function bringIn(db: Database): Promise<void> {
  await sql`insert into block (number, facility_id, placed_by, placed_by_id, placed_at, reason, lifted_by, lifted_at, lift_reason)
    select '+1415' || (2000000 + n), 'valley-view', 'agent', 'x', now(), 'r',
      case when n % 3 = 0 then 'agent' end, case when n % 3 = 0 then now() end, case when n % 3 = 0 then 'r' end
    from generate_series(1, 5000) as n`.execute(db);
  await sql`insert into call (id, facility_id, node, person_id, number, dialled_at, off_hook_at, disposition, cause, ended_by, closed_at)
    select gen_random_uuid(), 'valley-view', 'n', 'demo-jordan', '+1415' || (2000000 + n), ${now}::timestamptz - n * interval '1 second',
      now(), 'x', 'x', case n % 2 when 0 then 'policy' else 'inside' end, now()
    from generate_series(1, 10000) as n`.execute(db);
  await sql`insert into privileged_number select '+1415' || (2000000 + n), 'r', 'x', now() from generate_series(1, 5000) as n`.execute(db); // prettier-ignore
  await sql`insert into person (id, facility_id, name, language, pin_digest)
    select 'p' || n, 'valley-view', 'x', 'en', encode(sha256(n::text::bytea), 'hex') from generate_series(1, 5000) as n`.execute(
    db,
  );
}

async function attempt(at: Date, to: string, end?: 'policy' | 'inside'): Promise<string> {
  const id = randomUUID();
  const callerLeg = { sipCallId: id };
  await openCall(server.db, { id, facilityId: 'valley-view', node: 'n', callerLeg, offHookAt: at });
  await setPerson(server.db, id, 'demo-alex');
  await setNumber(server.db, id, to, at);
  if (end) await closeCall(server.db, id, { disposition: 'x', cause: 'x', endedBy: end, states: { done: at } });
  return id;
}

test('a number nobody has said anything about', async () => {
  expect(await ask()).toEqual({
    person: { active: true },
    station: { active: true },
    facility: {
      id: 'valley-view',
      active: true,
      timeZone: 'America/Los_Angeles',
      callingHours: Object.fromEntries(
        ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [{ from: '00:00', to: '24:00' }]]),
      ),
      velocity: { attemptsPerPersonPerHour: 100, attemptsPerNumberPerDay: 100 },
    },
    privileged: false,
    blocked: { thisFacility: false, allFacilities: false, byClosing: false },
    attempts: { byPersonLastHour: 0, toNumberLastDay: 0 },
  });
});

test('inactive person, station and facility are told apart', async () => {
  for (const table of ['person', 'station', 'facility'] as const) {
    const id = { person: 'demo-alex', station: 'valley-view-1', facility: 'valley-view' }[table];
    const set = (active: boolean) => server.db.updateTable(table).set({ active }).where('id', '=', id).execute();
    await set(false);
    const facts = await ask();
    expect([facts.person.active, facts.station.active, facts.facility.active]).toEqual([
      table !== 'person',
      table !== 'station',
      table !== 'facility',
    ]);
    await set(true);
  }
});

test('a person of another facility has no policy here', async () => {
  await expect(ask({ personId: 'demo-mateo' })).rejects.toBeInstanceOf(UnknownCaller);
  await expect(ask({ stationId: 'rio-claro-1' })).rejects.toBeInstanceOf(UnknownCaller);
  await expect(ask({ facilityId: 'nowhere' })).rejects.toBeInstanceOf(UnknownCaller);
});

test('a block counts for its facility, a block of all for every one', async () => {
  const none = { thisFacility: false, allFacilities: false, byClosing: false };
  const by = { kind: 'agent' } as const;
  await placeBlock(server.db, { number: '+14155550111', scope: { facilityId: 'rio-claro' }, by, reason: 'r' });
  expect((await ask({ number: '+14155550111' })).blocked).toEqual(none);
  await placeBlock(server.db, { number: '+14155550111', scope: { facilityId: 'valley-view' }, by, reason: 'r' });
  expect((await ask({ number: '+14155550111' })).blocked).toEqual({ ...none, thisFacility: true });
  await placeBlock(server.db, { number: '+14155550112', scope: 'all', by, reason: 'r' });
  expect((await ask({ number: '+14155550112' })).blocked).toEqual({ ...none, allFacilities: true });
  await placeBlock(server.db, { number: '+14155550115', scope: 'all', by: { kind: 'closing' }, reason: 'r' });
  expect((await ask({ number: '+14155550115' })).blocked).toEqual({ ...none, byClosing: true });
  await placeBlock(server.db, { number: '+14155550115', scope: { facilityId: 'valley-view' }, by, reason: 'r' });
  expect((await ask({ number: '+14155550115' })).blocked).toEqual({ ...none, thisFacility: true, byClosing: true });
});

test('privileged numbers and accounts', async () => {
  const { db } = server;
  await addPrivileged(db, '+14155550113', { reason: 'attorney', addedBy: 'agent', at: now });
  expect([(await ask({ number: '+14155550113' })).privileged, await isPrivileged(db, number)]).toEqual([true, false]);
  expect(await accountOf(db, '+14155550114')).toBe('none');
  await openAccount(db, { id: 'a1', numbers: ['+14155550114'], at: now });
  expect(await accountOf(db, '+14155550114')).toBe('open');
  await closeAccount(db, 'a1', now);
  expect(await accountOf(db, '+14155550114')).toBe('closed');
  await openAccount(db, { id: 'a2', numbers: ['+14155550114'], at: now });
  expect(await accountOf(db, '+14155550114')).toBe('open');
});

test('attempts are counted by person for an hour and by number for a day, without those the policy stopped', async () => {
  await attempt(minutesAgo(24 * 60), number, 'inside'); // a day ago to the second: no longer
  await attempt(minutesAgo(23 * 60), number, 'inside');
  await attempt(minutesAgo(60), number, 'inside'); // an hour ago to the second: no longer the person's
  await attempt(minutesAgo(59), number, 'inside');
  await attempt(minutesAgo(30), number, 'policy');
  await attempt(minutesAgo(20), '+14155550119', 'inside');
  await attempt(minutesAgo(-5), number, 'inside'); // the future
  expect((await ask()).attempts).toEqual({ byPersonLastHour: 2, toNumberLastDay: 3 });
  const open = await attempt(minutesAgo(0), number);
  expect((await ask()).attempts).toEqual({ byPersonLastHour: 3, toNumberLastDay: 4 });
  expect((await ask({ callId: open })).attempts).toEqual({ byPersonLastHour: 2, toNumberLastDay: 3 });
});

test('with many rows every part is found by an index', async () => {
  const { db } = server;
  await sql`analyze`.execute(db);
  for (const plannedFor of ['given', 'any'] as const) {
    const policy = await queryPlan(db, policyQuery(question).compile(db), plannedFor);
    // Three facilities and a few stations stand in a page each, which is read at once.
    expect(policy.wholeTables.filter((table) => table !== 'facility' && table !== 'station')).toEqual([]);
    const indexes = [
      'block_active',
      'call_attempt_number',
      'call_attempt_person',
      'person_pkey',
      'privileged_number_pkey',
    ];
    expect(policy.indexes).toEqual(expect.arrayContaining(indexes));
    expect(policy.compiled).toBe(false);
    expect(policy.pages.hit + policy.pages.read).toBeLessThan(40);

    const block = await queryPlan(
      db,
      activeBlockQuery(db, number, { facilityId: 'valley-view' }).compile(),
      plannedFor,
    );
    expect(block).toMatchObject({ wholeTables: [], indexes: ['block_active'], compiled: false });
    expect(block.pages.hit + block.pages.read).toBeLessThan(8);
  }
});

test('a plan is read as it is: which tables whole, which indexes, how many pages', async () => {
  const { db } = server;
  const plan = await queryPlan(db, sql`select count(*) from call where node = ${'m'}`.compile(db), 'given');
  const { rows } = await sql<{ pages: number }>`select pg_relation_size('call')::int / 8192 as pages`.execute(db);
  expect(plan).toMatchObject({ wholeTables: ['call'], indexes: [], compiled: false });
  expect(plan.pages.hit + plan.pages.read).toBeGreaterThanOrEqual(rows[0]?.pages ?? NaN);
  expect(plan.executionMs).toBeGreaterThan(0);
  expect(plan.planningMs).toBeGreaterThan(0);
});

test('a table that is read whole by one of its indexes is told as well', async () => {
  const plan = await queryPlan(
    calls,
    sql`select count(*) from block where lower(number) = ${'x'}`.compile(calls),
    'any',
  );
  expect(plan.wholeTables).toHaveLength(1);
  expect(plan.indexes).toHaveLength(1);
});

test('what was planned while the tables were empty is found by an index when they no longer are', async () => {
  const scans = await calls.transaction().execute(async (trx) => {
    await look(trx);
    return sql<{
      table: string;
      whole: number;
    }>`select relname as table, seq_scan::int as whole from pg_stat_xact_user_tables
      where relname in ('block', 'call', 'person', 'privileged_number')`.execute(trx);
  });
  expect(scans.rows.map(({ table }) => table).sort()).toEqual(['block', 'call', 'person', 'privileged_number']);
  expect(scans.rows.filter(({ whole }) => whole > 0)).toEqual([]);
  const kept = sql<{
    kept: number;
  }>`select generic_plans::int as kept from pg_prepared_statements where statement like '%block%'`;
  const plans = (await kept.execute(calls)).rows.map((plan) => plan.kept > 0);
  expect(plans.filter(Boolean)).toHaveLength(2);
});
