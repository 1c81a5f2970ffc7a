import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  appendEvents,
  callReport,
  closeCall,
  openCall,
  openCallsOf,
  recentCalls,
  saveLeg,
  setNumber,
  setPerson,
  UnknownCall,
  type CallEvent,
} from './calls.ts';
import { openDatabase } from './connect.ts';
import { seedDemo } from './seed/demo.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';
import { brokenConstraint } from './unavailable.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
const t = (second: number) => new Date(Date.UTC(2026, 4, 1, 12, 0, second));
beforeAll(async () => {
  server = await startTestDatabase();
  await seedDemo(server.db, { pinPepper: 'p', realm: 'r', now: t(0) });
});
afterAll(() => server.stop());

async function begin(node = 'n1', second = 0): Promise<string> {
  const id = randomUUID();
  const callerLeg = { sipCallId: `${id}@phone`, remoteTag: 'r1' };
  const call = { id, facilityId: 'valley-view', stationId: 'valley-view-1', node, callerLeg, offHookAt: t(second) };
  await openCall(server.db, call);
  await openCall(server.db, call);
  return id;
}
const ending = { disposition: 'no-answer', endedBy: 'inside', cause: 'cancelled', states: { done: t(50) } } as const;

test('one person is in one call at a time, however many processes try at once', async () => {
  const pools = Array.from({ length: 4 }, () =>
    openDatabase(server.url, { max: 8, connectMs: 15_000, statementMs: 15_000 }),
  );
  const ids = await Promise.all(Array.from({ length: 32 }, () => begin()));
  const outcomes = await Promise.all(ids.map((id, n) => setPerson(pools[n % 4] ?? server.db, id, 'demo-alex')));
  expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 'person-busy')).toHaveLength(31);

  const winner = ids[outcomes.indexOf('ok')] ?? '';
  expect(await setPerson(server.db, winner, 'demo-alex')).toBe('ok');
  const loser = ids.find((id) => id !== winner) ?? '';
  expect(await setPerson(server.db, loser, 'demo-alex')).toBe('person-busy');
  await closeCall(server.db, winner, ending);
  expect(await setPerson(server.db, loser, 'demo-alex')).toBe('ok');
  for (const id of ids) await closeCall(server.db, id, ending);
  await Promise.all(pools.map((pool) => pool.destroy()));
});

test('the record of a call that was accepted', async () => {
  const { db } = server;
  const id = await begin('n2', 1);
  await setPerson(db, id, 'demo-jordan');
  await setNumber(db, id, '+12135550142', t(2));
  await appendEvents(db, [
    { callId: id, seq: 1, at: t(4), kind: 'prompt', data: { key: 'offer', version: 'v1' } },
    { callId: id, seq: 0, at: t(3), kind: 'key', data: { key: '1' } },
  ]);
  const states = { policy: t(2), ringing: t(3), greeting: t(8), talking: t(20), done: t(80) };
  const accepted = {
    disposition: 'answered',
    endedBy: 'limit',
    cause: 'talk-limit',
    sipStatus: 200,
    q850: 16,
  } as const;
  const full = { ...accepted, states, language: 'es', acceptedKey: '1', acceptedAt: t(19) } as const;
  expect(await closeCall(db, id, full)).toBe(true);
  expect(await closeCall(db, id, { ...ending, states: { done: t(99) } })).toBe(false);

  expect(await callReport(db, id)).toEqual({
    call: {
      ...accepted,
      id,
      facilityId: 'valley-view',
      stationId: 'valley-view-1',
      node: 'n2',
      personId: 'demo-jordan',
      number: '+12135550142',
      dialledAt: t(2),
      states: { offHook: t(1), ...states },
      language: 'es',
      acceptedKey: '1',
      acceptedAt: t(19),
      closedAt: t(80),
    },
    events: [
      { seq: 0, at: t(3), kind: 'key', data: { key: '1' } },
      { seq: 1, at: t(4), kind: 'prompt', data: { key: 'offer', version: 'v1' } },
    ],
  });
  expect(await callReport(db, randomUUID())).toBeUndefined();
});

test('an ending that brings the number makes it an attempt', async () => {
  const id = await begin();
  await closeCall(server.db, id, { ...ending, number: '+12135550143', states: { policy: t(5), done: t(6) } });
  const { call } = (await callReport(server.db, id)) ?? {};
  expect([call?.number, call?.dialledAt, call?.states]).toEqual([
    '+12135550143',
    t(5),
    { offHook: t(0), policy: t(5), done: t(6) },
  ]);
});

test('a call that is not there is told, not invented', async () => {
  await expect(setPerson(server.db, randomUUID(), 'demo-alex')).rejects.toBeInstanceOf(UnknownCall);
  await expect(setNumber(server.db, randomUUID(), '+12135550142')).rejects.toBeInstanceOf(UnknownCall);
  expect(await closeCall(server.db, randomUUID(), ending)).toBe(false);
});

test.each([
  ['a disposition of nothing', { disposition: '' }, 'call_disposition_check'],
  ['a SIP status of four digits', { sipStatus: 1000 }, 'call_sip_status_check'],
  ['a number with spaces', { number: '+1 213 555 0142' }, 'e164_check'],
])('the database refuses %s', async (_, change, constraint) => {
  const id = await begin();
  expect(await closeCall(server.db, id, { ...ending, ...change }).catch(brokenConstraint)).toBe(constraint);
  expect(await closeCall(server.db, id, ending)).toBe(true);
});

test('after a crash another process finds the open calls with every leg they had', async () => {
  const { db } = server;
  const id = await begin('dead-1', 1);
  const closed = await begin('dead-1', 2);
  await closeCall(db, closed, ending);
  const alive = await begin('alive', 3);
  await saveLeg(db, { callId: id, side: 'inside', sipCallId: `${id}@phone`, localTag: 'l1', dialogId: 'd1' });
  await saveLeg(db, { callId: id, side: 'outside', sipCallId: 'trunk-a', transactionId: 'x1' });
  await saveLeg(db, { callId: id, side: 'outside', sipCallId: 'trunk-b', remoteTarget: 'sip:x@y' });
  await saveLeg(db, { callId: id, side: 'outside', sipCallId: 'trunk-b', endpointUuid: 'u1' });

  expect(await openCallsOf(db, { exceptNode: 'alive' })).toEqual([
    {
      id,
      facilityId: 'valley-view',
      node: 'dead-1',
      offHookAt: t(1),
      legs: [
        { side: 'inside', sipCallId: `${id}@phone`, remoteTag: 'r1', localTag: 'l1', dialogId: 'd1' },
        { side: 'outside', sipCallId: 'trunk-a', transactionId: 'x1' },
        { side: 'outside', sipCallId: 'trunk-b', remoteTarget: 'sip:x@y', endpointUuid: 'u1' },
      ],
    },
  ]);
  expect((await openCallsOf(db, { node: 'alive' })).map((call) => call.id)).toEqual([alive]);
  for (const open of [id, alive]) await closeCall(db, open, ending);
});

test('the newest calls come first, of one facility or one number if asked', async () => {
  const first = await begin('n', 101);
  const second = await begin('n', 102);
  await setNumber(server.db, first, '+12135550144');
  expect((await recentCalls(server.db, { limit: 2 })).map((call) => call.id)).toEqual([second, first]);
  expect((await recentCalls(server.db, { limit: 9, number: '+12135550144' })).map((call) => call.id)).toEqual([first]);
  expect(await recentCalls(server.db, { limit: 9, facilityId: 'rio-claro' })).toEqual([]);
});

test('every new event is notified once, too long ones without their data', async () => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('listen call_event');
  const heard: unknown[] = [];
  client.on('notification', (notice) => heard.push(JSON.parse(notice.payload ?? '')));

  const id = await begin();
  const long = 'á\u0001"'.repeat(2_000);
  const events: CallEvent[] = [
    { callId: id, seq: 0, at: t(1), kind: 'key', data: { key: '9' } },
    { callId: id, seq: 1, at: new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 67)), kind: 'prompt', data: { text: long } },
  ];
  await appendEvents(server.db, events);
  await appendEvents(server.db, [...events, { callId: id, seq: 2, at: t(3), kind: 'end', data: {} }]);
  await appendEvents(server.db, [{ callId: id, seq: 0, at: t(9), kind: 'forged', data: {} }]);
  await client.query('select 1'); // what was notified before has arrived by now

  expect(heard).toEqual([
    { callId: id, seq: 0, at: '2026-05-01T12:00:01.000Z', kind: 'key', data: { key: '9' } },
    { callId: id, seq: 1, at: '2026-01-02T03:04:05.067Z', kind: 'prompt', truncated: true },
    { callId: id, seq: 2, at: '2026-05-01T12:00:03.000Z', kind: 'end', data: {} },
  ]);
  expect((await callReport(server.db, id))?.events[1]?.data).toEqual({ text: long });
  expect((await callReport(server.db, id))?.events.map((event) => event.kind)).toEqual(['key', 'prompt', 'end']);
  await client.end();
});

test('events of a call that was never opened are refused whole', async () => {
  const known = await begin();
  const events = [known, randomUUID()].map((callId) => ({ callId, seq: 0, at: t(0), kind: 'k', data: {} }));
  expect(await appendEvents(server.db, events).catch(brokenConstraint)).toBe('call_event_call_id_fkey');
  expect((await callReport(server.db, known))?.events).toEqual([]);
});

test('what jsonb cannot hold does not cost the journal its line', async () => {
  const id = await begin();
  const said = 'a\0b\ud800c\\u0000 \u{1F600}';
  await appendEvents(server.db, [{ callId: id, seq: 0, at: t(0), kind: 'header', data: { said } }]);
  const kept = 'a\ufffdb\ufffdc\\u0000 \u{1F600}';
  expect((await callReport(server.db, id))?.events[0]?.data).toEqual({ said: kept });
});
