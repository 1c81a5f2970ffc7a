import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { sql } from 'kysely';
import { appendEvents } from '#db/calls.ts';
import { addPrivileged } from '#db/privileged.ts';
import { queryPlan } from '#db/query-plan.ts';
import { finishRecording, findRecording, intendRecording, storedRecording } from '#db/recordings.ts';
import { callsQuery, type WhichCalls } from '#db/staff-views/calls.ts';
import { SoundAway } from './sounds.ts';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let house: ViewedHouse;
let agent: ViewConsole;
let supervisor: ViewConsole;
let guard: ViewConsole;
let numbers = 5550300;
let number: string;
const sound = Buffer.from(Array.from({ length: 1_000 }, (_, n) => n % 251));
/** What was read of recordings, and whether it can be. */
let reads: string[] = [];
let isAway = false;

beforeAll(async () => {
  house = await ViewedHouse.open(() => ({
    sounds: {
      of: ({ id }) => ({
        bytes: sound.length,
        async *read({ from, until }) {
          if (isAway) throw new SoundAway('away');
          reads.push(`${id} ${from}-${until}`);
          for (let at = from; at < until; at += 300) yield sound.subarray(at, Math.min(at + 300, until));
        },
        async peaks(parts) {
          if (isAway) throw new SoundAway('away');
          return Array.from({ length: parts }, (_, n) => [[-(n % 100), n % 100] as const, [0, 100] as const]);
        },
      }),
    },
  }));
  agent = await house.console();
  supervisor = await house.console({ role: 'supervisor' });
  guard = await house.console({ role: 'facility-staff', facilityIds: ['rio-claro'] });
});
beforeEach(() => {
  number = `+1213${++numbers}`;
  reads = [];
  isAway = false;
});
afterAll(() => house.close());

interface Listed {
  calls: { id: string; number?: string; recorded: boolean }[];
  next?: string;
}
const list = async (query: Record<string, string>, by = agent) =>
  by.get<Listed>(`/v1/staff/calls?${new URLSearchParams(query).toString()}`);
const after = (seconds: number) => new Date(house.at.getTime() + seconds * 1_000).toISOString();

describe('the list of calls', () => {
  test('has attempts and what goes on, the newest first, with who and where', async () => {
    const talked = await house.call(1, {
      number,
      person: 'demo-alex',
      ending: { disposition: 'talked', talkSeconds: 90 },
    });
    const open = await house.call(2, { number, facilityId: 'rio-claro' });
    expect((await list({ number })).calls).toEqual([
      {
        ...{ id: open, at: after(2), facilityId: 'rio-claro', facilityName: 'Río Claro Facility', number },
        ...{ timeZone: 'America/Los_Angeles', seconds: 0, recorded: false },
      },
      {
        ...{ id: talked, at: after(1), facilityId: 'valley-view', facilityName: 'Valley View Facility', number },
        ...{ timeZone: 'America/Los_Angeles', personId: 'demo-alex', personName: 'Alex Rivera' },
        ...{ disposition: 'talked', seconds: 90, recorded: false },
      },
    ]);
  });

  test('is narrowed by everything that is known of a call, together', async () => {
    const ids: Record<string, string> = {};
    const ending = { disposition: 'busy' };
    ids['busy'] = await house.call(10, { number, person: 'demo-sam', facilityId: 'sierra-ridge', ending });
    ids['refused'] = await house.call(20, {
      number,
      person: 'demo-sam',
      facilityId: 'sierra-ridge',
      ending: { disposition: 'refused' },
    });
    ids['elsewhere'] = await house.call(30, { number, ending });
    const found = async (query: Record<string, string>) =>
      (await list({ number, ...query })).calls.map(({ id }) => Object.keys(ids).find((name) => ids[name] === id));
    expect(await found({})).toEqual(['elsewhere', 'refused', 'busy']);
    expect(await found({ disposition: 'busy' })).toEqual(['elsewhere', 'busy']);
    expect(await found({ facilityId: 'sierra-ridge' })).toEqual(['refused', 'busy']);
    expect(await found({ personId: 'demo-sam', disposition: 'refused' })).toEqual(['refused']);
    expect(await found({ from: after(20) })).toEqual(['elsewhere', 'refused']);
    expect(await found({ until: after(20) })).toEqual(['busy']);
    expect(await found({ from: after(10), until: after(30) })).toEqual(['refused', 'busy']);
    expect(await found({ facilityId: 'nowhere' })).toEqual([]);
  });

  test('goes on where it ended, also between calls of one moment, whatever comes meanwhile', async () => {
    const all: string[] = [];
    for (let n = 0; n < 7; n++)
      all.push(await house.call(n < 4 ? 50 : 60, { number, ending: { disposition: 'busy' } }));
    const seen: string[] = [];
    let query: Record<string, string> = { number, limit: '2' };
    for (let pages = 1; ; pages++) {
      const { calls, next } = await list(query);
      seen.push(...calls.map(({ id }) => id));
      if (pages === 1) await house.call(70, { number });
      if (next === undefined) {
        expect(pages).toBe(4);
        break;
      }
      expect(calls).toHaveLength(2);
      query = { ...query, cursor: next };
    }
    expect([...seen].sort()).toEqual([...all].sort());
    expect(new Set(seen.slice(0, 3))).toEqual(new Set(all.slice(4)));
    for (const cursor of ['x', 'W10', Buffer.from('["0000-01-01T00:00:00.000Z","x"]').toString('base64url')])
      expect(await agent.refused('GET', `/v1/staff/calls?cursor=${cursor}`)).toEqual([400, 'cursor-faulty']);
    for (const wrong of [
      'limit=0',
      'limit=201',
      'number=911',
      'from=yesterday',
      'from=0000-01-01T00:00:00Z',
      'since=1',
      'personId=%00',
    ])
      expect((await agent.ask('GET', `/v1/staff/calls?${wrong}`)).statusCode).toBe(400);
  });

  test('has for facility staff what is of their facilities alone', async () => {
    const theirs = await house.call(1, { number, facilityId: 'rio-claro' });
    const others = await house.call(2, { number });
    expect((await list({ number }, guard)).calls.map(({ id }) => id)).toEqual([theirs]);
    expect((await list({ number, facilityId: 'valley-view' }, guard)).calls).toEqual([]);
    expect((await guard.ask('GET', `/v1/staff/calls/${theirs}`)).statusCode).toBe(200);
    expect(await guard.refused('GET', `/v1/staff/calls/${others}`)).toEqual([404, 'call-unknown']);
  });
});

test('one call is told with its times, its journal and its recording', async () => {
  const id = await house.call(1, { number, person: 'demo-alex' });
  const at = house.at;
  await appendEvents(house.db, [
    { callId: id, seq: 0, at, kind: 'state', data: { state: 'offHook' } },
    { callId: id, seq: 1, at, kind: 'key', data: { leg: 'inside', key: '(secret)' } },
    { callId: id, seq: 2, at, kind: 'recording', data: { path: '/spool/x.wav' } },
  ]);
  expect(await agent.get(`/v1/staff/calls/${id}`)).toEqual({
    ...{ id, facilityId: 'valley-view', facilityName: 'Valley View Facility', timeZone: 'America/Los_Angeles' },
    ...{ personId: 'demo-alex', personName: 'Alex Rivera', number, seconds: 0, states: { offHook: after(1) } },
    journal: [
      { seq: 0, at: at.toISOString(), kind: 'state', data: { state: 'offHook' } },
      { seq: 1, at: at.toISOString(), kind: 'key', data: { leg: 'inside', key: '(secret)' } },
      // Where it lies is nobody's to know.
      { seq: 2, at: at.toISOString(), kind: 'recording', data: {} },
    ],
  });
  const ended = await house.call(1, {
    number,
    ending: { disposition: 'talked', talkSeconds: 75, q850: 16, language: 'es', acceptedKey: '1' },
  });
  expect(await agent.get(`/v1/staff/calls/${ended}`)).toMatchObject({
    ...{
      seconds: 75,
      disposition: 'talked',
      cause: 'BYE',
      endedBy: 'outside',
      q850: 16,
      language: 'es',
      acceptedKey: '1',
    },
    states: { talking: after(1), done: after(76) },
  });
  expect(await agent.refused('GET', `/v1/staff/calls/${randomUUID()}`)).toEqual([404, 'call-unknown']);
  expect((await agent.ask('GET', '/v1/staff/calls/1')).statusCode).toBe(400);
});

describe('a recording', () => {
  const sha256 = 'a'.repeat(64);
  const recorded = async (over: { finished?: boolean; stored?: boolean; facilityId?: string } = {}) => {
    const { finished = true, stored = false, ...of } = over;
    const callId = await house.call(1, { number, ending: { disposition: 'talked', talkSeconds: 2 }, ...of });
    const id = randomUUID();
    await intendRecording(house.db, { id, callId, spoolPath: `/spool/${id}.wav`, channels: 2, at: house.at });
    const file = { sha256, bytes: sound.length, seconds: 2.5, repaired: false, at: house.at };
    if (finished) await finishRecording(house.db, id, file);
    const place = { storage: 'folder', location: `/kept/${id}.wav`, verifiedAt: house.at } as const;
    if (stored) await storedRecording(house.db, id, place);
    return { id, callId, url: `/v1/staff/calls/${callId}/recording` };
  };
  const audited = async (id: string) =>
    (await house.audited('recording')).filter(({ resourceId }) => resourceId === id);

  test('is told of, but not where it lies; the list says that there is one', async () => {
    const { id, callId, url } = await recorded({ stored: true });
    const wanted = {
      ...{ id, state: 'stored', channels: 2, seconds: 2.5, bytes: 1_000, sha256, repaired: false, privileged: false },
    };
    expect(await supervisor.get(url)).toEqual(wanted);
    expect(await supervisor.get(`/v1/staff/calls/${callId}`)).toMatchObject({ recording: wanted });
    expect((await list({ number })).calls).toMatchObject([{ id: callId, recorded: true }]);
    expect((await findRecording(house.db, id))?.stored?.location).toContain('/kept/');
    const none = await house.call(1, { number });
    expect(await supervisor.refused('GET', `/v1/staff/calls/${none}/recording`)).toEqual([404, 'recording-unknown']);
    expect(await agent.refused('GET', url)).toEqual([403, 'not-allowed', ['recording.read']]);
  });

  test('has an outline, which is no listening', async () => {
    const { id, url } = await recorded();
    expect(await supervisor.get(`${url}/peaks?parts=2`)).toEqual({
      seconds: 2.5,
      parts: [
        [
          [0, 0],
          [0, 100],
        ],
        [
          [-1, 1],
          [0, 100],
        ],
      ],
    });
    expect(((await supervisor.get(`${url}/peaks`))['parts'] as unknown[]).length).toBe(800);
    expect((await supervisor.ask('GET', `${url}/peaks?parts=4001`)).statusCode).toBe(400);
    expect(await audited(id)).toEqual([]);
  });

  test('is heard whole or in ranges, and each listening is written down once, before', async () => {
    const { id, callId, url } = await recorded();
    const whole = await supervisor.ask('GET', `${url}/audio`);
    expect([whole.statusCode, whole.rawPayload]).toEqual([200, sound]);
    expect(whole.headers).toMatchObject({
      ...{ 'content-type': 'audio/wav', 'content-length': '1000', 'accept-ranges': 'bytes', etag: `"${sha256}"` },
      ...{ 'cache-control': 'no-store' },
    });
    expect(whole.headers).not.toHaveProperty('content-range');
    const part = await supervisor.ask('GET', `${url}/audio`, undefined, { range: 'bytes=250-899' });
    expect([part.statusCode, part.rawPayload]).toEqual([206, sound.subarray(250, 900)]);
    expect(part.headers).toMatchObject({ 'content-range': 'bytes 250-899/1000', 'content-length': '650' });
    const other = { range: 'bytes=0-1', 'if-range': '"other"' };
    expect((await supervisor.ask('GET', `${url}/audio`, undefined, other)).statusCode).toBe(200);
    const beyond = await supervisor.ask('GET', `${url}/audio`, undefined, { range: 'bytes=1000-' });
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, 'bytes */1000']);
    expect(reads).toEqual([`${id} 0-1000`, `${id} 250-900`, `${id} 0-1000`]);
    const listening = { act: 'recording.listen', staffId: supervisor.id, resourceId: id, after: { callId } };
    expect(await audited(id)).toEqual([listening]);
    const investigator = await house.console({ role: 'investigator' });
    // Beginning anywhere is a listening.
    await investigator.ask('GET', `${url}/audio`, undefined, { range: 'bytes=-5' });
    expect(await audited(id)).toEqual([{ ...listening, staffId: investigator.id }, listening]);
  });

  test('of a privileged number is heard by nobody', async () => {
    const { id, url } = await recorded();
    await addPrivileged(house.db, number, { reason: 'attorney', addedBy: 'tests', at: house.at });
    for (const what of ['audio', 'peaks'])
      expect(await supervisor.refused('GET', `${url}/${what}`)).toEqual([403, 'privileged']);
    expect([reads, await audited(id)]).toEqual([[], []]);
    expect(await supervisor.get(url)).toMatchObject({ privileged: true });
  });

  test('that is not finished, or cannot be fetched, is no recording that breaks off', async () => {
    const begun = await recorded({ finished: false });
    for (const what of ['audio', 'peaks'])
      expect(await supervisor.refused('GET', `${begun.url}/${what}`)).toEqual([
        409,
        'recording-not-ready',
        ['intended'],
      ]);
    const { url } = await recorded();
    isAway = true;
    for (const what of ['audio', 'peaks'])
      expect(await supervisor.refused('GET', `${url}/${what}`)).toEqual([503, 'recording-away']);
  });

  test('is for nobody who may only read, nor of another facility', async () => {
    const theirs = await recorded({ facilityId: 'rio-claro' });
    expect(await guard.get(theirs.url)).toMatchObject({ id: theirs.id });
    expect(await guard.refused('GET', `${theirs.url}/audio`)).toEqual([403, 'not-allowed', ['recording.listen']]);
    expect(await guard.refused('GET', (await recorded()).url)).toEqual([404, 'call-unknown']);
  });
});

test('with many calls every list is found by an index', async () => {
  const { db } = house;
  await sql`
    insert into call (id, facility_id, node, number, dialled_at, off_hook_at, person_id, closed_at, disposition, cause, ended_by)
      select gen_random_uuid(), 'sierra-ridge', 'ivr-1', '+1916' || lpad((n % 500)::text, 7, '0'), at, at, case when n % 7 = 0 then 'demo-sam' end,
        at, case when n % 100 = 0 then 'no-key' else 'busy' end, 'BYE', 'outside'
      from generate_series(1, 20000) as n, lateral (select timestamptz '2026-03-01' + n * interval '1 second' as at) as moment`.execute(
    db,
  );
  await sql`
    insert into recording (id, call_id, spool_path, channels, intended_at)
      select gen_random_uuid(), id, '/spool/' || id, 2, now() from call`.execute(db);
  await sql`analyze`.execute(db);
  const place = { at: new Date('2026-03-01T06:00:00Z'), id: randomUUID() };
  const looks: [Partial<WhichCalls>, string][] = [
    [{}, 'call_newest'],
    [{ after: place }, 'call_newest'],
    [{ number: '+19160000001' }, 'call_newest_number'],
    [{ number: '+19160000001', after: place }, 'call_newest_number'],
    [{ personId: 'demo-alex' }, 'call_newest_person'],
    [{ disposition: 'limit-reached' }, 'call_newest_disposition'],
    [{ disposition: 'no-key', after: place }, 'call_newest_disposition'],
    [{ facilityId: 'rio-claro' }, 'call_newest_facility'],
  ];
  for (const [which, index] of looks)
    for (const plannedFor of ['given', 'any'] as const) {
      const plan = await queryPlan(db, callsQuery(db, { most: 51, ...which }).compile(), plannedFor);
      // Without any condition the newest are the front of an index; facilities and people stand in a page each, which is read at once.
      const front = Object.keys(which).length === 0 ? ['call'] : [];
      const small = ['facility', 'person'];
      expect([index, plan.wholeTables.filter((table) => !small.includes(table))]).toEqual([index, front]);
      // A plan for any disposition does not know how rare it is.
      const own = plannedFor === 'given' || which.disposition === undefined ? [index] : [];
      expect([index, plan.indexes]).toEqual([index, expect.arrayContaining([...own, 'recording_call'])]);
      expect([index, plan.pages.hit + plan.pages.read < 1_000]).toEqual([index, true]);
    }
});
