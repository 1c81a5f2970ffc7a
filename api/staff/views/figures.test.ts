import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { queryPlan } from '#db/query-plan.ts';
import { callFiguresQuery, waitFiguresQuery } from '#db/staff-views/figures.ts';
import { lastDays } from './figures.ts';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let house: ViewedHouse;
let supervisor: ViewConsole;
const HOUR = 3_600;
const DAY = 24 * HOUR;

beforeAll(async () => {
  house = await ViewedHouse.open();
  supervisor = await house.console({ role: 'supervisor' });
});
beforeEach(async () => {
  await sql`truncate call cascade`.execute(house.db);
});
afterAll(() => house.close());

interface Figures {
  calls: { day: string; byDisposition: Record<string, number>; talkSeconds: number }[];
  waits: { day: string; answered: number; abandoned: number; p50?: number; p95?: number }[];
}
const figures = (query = '', by = supervisor) => by.get<Figures>(`/v1/staff/figures?${query}`);

describe('days', () => {
  test('are those of the Pacific, the last one today, and 23 or 25 hours where the clocks change', () => {
    const days = lastDays(new Date('2026-03-09T06:30:00Z'), 3);
    expect(days.map(({ day, from, until }) => [day, (until.getTime() - from.getTime()) / 3_600_000])).toEqual([
      ['2026-03-06', 24],
      ['2026-03-07', 24],
      ['2026-03-08', 23],
    ]);
    expect(days[2]?.from).toEqual(new Date('2026-03-08T08:00:00Z'));
    const [fall] = lastDays(new Date('2026-11-01T12:00:00Z'), 1);
    expect((fall!.until.getTime() - fall!.from.getTime()) / 3_600_000).toBe(25);
  });
});

describe('figures', () => {
  test('count calls by what became of them, on the day on which they began', async () => {
    // It is ten in the morning.
    await house.call(0, { ending: { disposition: 'talked', talkSeconds: 100 } });
    await house.call(-HOUR, { ending: { disposition: 'talked', talkSeconds: 20 } });
    await house.call(-HOUR, { ending: { disposition: 'busy' } });
    await house.call(-HOUR);
    await house.call(-10 * HOUR - 1, { ending: { disposition: 'no-key' } });
    const { calls } = await figures('days=3');
    expect(calls).toEqual([
      { day: '2026-04-29', byDisposition: {}, talkSeconds: 0 },
      { day: '2026-04-30', byDisposition: { 'no-key': 1 }, talkSeconds: 0 },
      { day: '2026-05-01', byDisposition: { busy: 1, talked: 2 }, talkSeconds: 120 },
    ]);
    expect((await figures()).calls).toHaveLength(14);
    expect((await supervisor.ask('GET', '/v1/staff/figures?days=93')).statusCode).toBe(400);
  });

  test('of days that are over for long are counted once', async () => {
    await house.call(-16 * DAY, { ending: { disposition: 'busy' } });
    await house.call(-DAY, { ending: { disposition: 'busy' } });
    const of = async (day: string) => (await figures('days=20')).calls.find((one) => one.day === day)?.byDisposition;
    expect(await of('2026-04-15')).toEqual({ busy: 1 });
    // Nobody writes such a call any more.
    await house.call(-16 * DAY, { ending: { disposition: 'busy' } });
    await house.call(0, { ending: { disposition: 'busy' } });
    expect(await of('2026-04-15')).toEqual({ busy: 1 });
    expect(await of('2026-05-01')).toEqual({ busy: 1 });
    await house.call(0, { ending: { disposition: 'busy' } });
    expect(await of('2026-05-01')).toEqual({ busy: 2 });
  });

  test('are for facility staff of their facilities, and not of the desk', async () => {
    await house.call(0, { ending: { disposition: 'busy' } });
    await house.call(0, { facilityId: 'rio-claro', ending: { disposition: 'no-answer' } });
    const guard = await house.console({ role: 'facility-staff', facilityIds: ['rio-claro'] });
    expect(await figures('days=1', guard)).toEqual({
      calls: [{ day: '2026-05-01', byDisposition: { 'no-answer': 1 }, talkSeconds: 0 }],
      waits: [],
    });
    expect((await figures('days=1')).calls[0]?.byDisposition).toEqual({ busy: 1, 'no-answer': 1 });
  });

  test('tell how long families waited for an agent, and how many gave up', async () => {
    const at = (seconds: number) => new Date(house.at.getTime() + seconds * 1_000);
    const entry = (seconds: number, over: object) =>
      house.db
        .insertInto('deskEntry')
        .values({
          ...{ id: randomUUID(), callId: randomUUID(), language: 'en', node: 'ivr-1', seenAt: at(seconds) },
          ...{ enteredAt: at(seconds), ...over },
        } as never)
        .execute();
    await house.db
      .insertInto('agent')
      .values({ id: 'ana', name: 'Ana', extension: '701', supervisor: false, active: true, since: at(0), until: null })
      .execute();
    for (const waited of [10, 20, 30])
      await entry(-HOUR, {
        ...{ state: 'ended', outcome: 'talked', agentId: 'ana', talkingAt: at(waited - HOUR), endedAt: at(0) },
      });
    await entry(-HOUR, { state: 'ended', outcome: 'hung-up', endedAt: at(0) });
    await entry(-HOUR, { state: 'waiting' });
    await entry(-DAY, { state: 'ended', outcome: 'lost', endedAt: at(0) });
    expect((await figures('days=2')).waits).toEqual([
      { day: '2026-04-30', answered: 0, abandoned: 1 },
      { day: '2026-05-01', answered: 3, abandoned: 1, p50: 20, p95: 29 },
    ]);
  });

  test('are found by an index', async () => {
    const { db } = house;
    await sql`
      insert into call (id, facility_id, node, off_hook_at, closed_at, disposition, cause, ended_by)
        select gen_random_uuid(), 'sierra-ridge', 'ivr-1', at, at, 'busy', 'BYE', 'outside'
        from generate_series(1, 20000) as n, lateral (select timestamptz '2026-03-01' + n * interval '1 minute' as at) as moment`.execute(
      db,
    );
    await sql`
      insert into desk_entry (id, call_id, language, entered_at, node, seen_at, state, outcome, ended_at)
        select gen_random_uuid(), gen_random_uuid(), 'en', at, 'ivr-1', at, 'ended', 'hung-up', at
        from generate_series(1, 5000) as n, lateral (select timestamptz '2026-03-01' + n * interval '1 minute' as at) as moment`.execute(
      db,
    );
    await sql`analyze`.execute(db);
    const span = { from: new Date('2026-03-02T08:00:00Z'), until: new Date('2026-03-03T08:00:00Z') };
    expect((await queryPlan(db, callFiguresQuery(span).compile(db), 'given')).wholeTables).toEqual([]);
    expect((await queryPlan(db, waitFiguresQuery(span).compile(db), 'given')).indexes).toEqual(['desk_entry_entered']);
    const facility = callFiguresQuery({ ...span, facilityIds: ['rio-claro'] }).compile(db);
    expect((await queryPlan(db, facility, 'given')).wholeTables).toEqual([]);
  });
});
