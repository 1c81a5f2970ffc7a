import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { closeCall } from '#db/calls.ts';
import { saveAgent, turnAgent, agentState } from '#db/desk/agents.ts';
import { beginTalk, endTalk, enterQueue } from '#db/desk/entries.ts';
import { giveTurns } from '#db/desk/turns.ts';
import { openAccount } from '#db/accounts.ts';
import { queryPlan } from '#db/query-plan.ts';
import { liveCallsQuery, type LiveCall } from '#db/staff-views/live.ts';
import { STAFF_COOKIE } from '../cookie.ts';
import { DeskFeed } from '../../desk-feed.ts';
import { LiveFeed, type LiveNews } from './live-feed.ts';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let house: ViewedHouse;
let agent: ViewConsole;
let guard: ViewConsole;
let url: string;
let feed: LiveFeed;

beforeAll(async () => {
  house = await ViewedHouse.open(({ db, url: database }) => ({
    live: (feed = new LiveFeed(db, database, { gatherMs: 5, compareMs: 60_000 })),
    desk: new DeskFeed(db, database),
  }));
  for (const [id, extension, name] of [
    ['ana', '701', 'Ana Torres'],
    ['ray', '702', 'Ray Ortega'],
  ] as const)
    await saveAgent(
      house.db,
      { id, name, extension, languages: ['en', 'es'], supervisor: id === 'ray', active: true },
      house.at,
    );
  agent = await house.console({ agentId: 'ana' });
  guard = await house.console({ role: 'facility-staff', facilityIds: ['rio-claro'] });
  await house.server.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(house.server.server.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  const open = house.db.selectFrom('call').select('id').where('closedAt', 'is', null);
  for (const { id } of await open.execute()) await close(id);
});
afterAll(() => house.close());

const close = (id: string) =>
  closeCall(house.db, id, { disposition: 'busy', endedBy: 'outside', cause: 'BYE', states: {} });
const after = (seconds: number) => new Date(house.at.getTime() + seconds * 1_000).toISOString();
const live = (by = agent) => by.get<{ calls: { id: string }[]; total: number }>('/v1/staff/live');

describe('the calls that go on', () => {
  test('are told with what their journal says last, those that began last first', async () => {
    const first = await house.call(1, {
      person: 'demo-alex',
      number: '+12135550142',
      states: ['offHook', 'policy', 'ringing'],
    });
    await house.call(2, { ending: { disposition: 'busy' } });
    const second = await house.call(3, { facilityId: 'rio-claro' });
    // Its journal is ahead of its record.
    await house.call(4, { states: ['offHook', 'done'] });
    expect(await live()).toEqual({
      total: 3,
      calls: [
        { id: second, since: after(3), state: 'offHook', facilityId: 'rio-claro', facilityName: 'Río Claro Facility' },
        {
          ...{ id: first, since: after(1), state: 'ringing', personName: 'Alex Rivera', number: '+12135550142' },
          ...{ facilityId: 'valley-view', facilityName: 'Valley View Facility' },
        },
      ],
    });
    expect(await live(guard)).toMatchObject({ total: 1, calls: [{ id: second }] });
  });

  test('are found by an index, of however many there were', async () => {
    const plan = await queryPlan(house.db, liveCallsQuery({ most: 500 }).compile(house.db), 'given');
    expect(plan.indexes).toEqual(expect.arrayContaining(['call_event_pkey']));
  });
});

/** What a stream tells, one event after the other. */
async function* eventsOf(by: ViewConsole, headers: Record<string, string> = {}, signal?: AbortSignal) {
  const answer = await fetch(`${url}/v1/staff/live/events`, {
    headers: { cookie: `${STAFF_COOKIE}=${by.cookie}`, accept: 'text/event-stream', ...headers },
    ...(signal && { signal }),
  });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  let rest = '';
  for await (const chunk of answer.body ?? []) {
    rest += Buffer.from(chunk as Uint8Array).toString();
    const whole = rest.split('\n\n');
    rest = whole.pop() ?? '';
    for (const event of whole) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(event)?.[1];
      const data = field('data');
      yield { id: field('id'), event: field('event'), data: JSON.parse(data ?? '{}') as Record<string, unknown> };
    }
  }
}

describe('a stream of what changes', () => {
  test('begins with what goes on, tells each change of it, and what happens at the desk', async () => {
    const id = await house.call(1, { number: '+12135550142', states: ['offHook'] });
    const over = new AbortController();
    const events = eventsOf(agent, {}, over.signal);
    const next = async () => (await events.next()).value;
    expect(await next()).toMatchObject({ event: 'live', data: { calls: [{ id, state: 'offHook' }], ended: [] } });
    await house.tell(id, ['ringing'], 1);
    expect(await next()).toMatchObject({ event: 'live', data: { calls: [{ id, state: 'ringing' }], ended: [] } });
    await turnAgent(house.db, 'ray', 'ready', house.at);
    const desk = await next();
    expect(desk).toMatchObject({ event: 'desk', data: { kind: 'agent-ready', agentId: 'ray' } });
    await house.tell(id, ['done'], 2);
    expect(await next()).toMatchObject({ event: 'live', data: { calls: [], ended: [id] } });
    over.abort();

    // Who comes back has missed nothing of the desk, and is told anew what goes on.
    await turnAgent(house.db, 'ray', 'away', house.at);
    const again = new AbortController();
    const back = eventsOf(agent, { 'last-event-id': desk?.id ?? '' }, again.signal);
    expect((await back.next()).value).toMatchObject({ event: 'live', id: desk?.id });
    expect((await back.next()).value).toMatchObject({ event: 'desk', data: { kind: 'agent-away', agentId: 'ray' } });
    again.abort();
    await expect.poll(() => feed.listeners).toBe(0);
  });

  test('is for facility staff of their facilities, and of no desk', async () => {
    const other = await house.call(1);
    const over = new AbortController();
    const events = eventsOf(guard, {}, over.signal);
    expect((await events.next()).value).toEqual({ event: 'live', id: undefined, data: { calls: [], ended: [] } });
    await turnAgent(house.db, 'ray', 'ready', house.at);
    await turnAgent(house.db, 'ray', 'away', house.at);
    await house.tell(other, ['ringing']);
    await house.tell(other, ['done'], 1);
    const theirs = await house.call(2, { facilityId: 'rio-claro' });
    await house.tell(theirs, ['offHook']);
    expect((await events.next()).value).toMatchObject({ event: 'live', data: { calls: [{ id: theirs }], ended: [] } });
    over.abort();
  });

  test('of an id that no event has is refused', async () => {
    const answer = await agent.ask('GET', '/v1/staff/live/events', undefined, { 'last-event-id': 'x' });
    expect(answer.statusCode).toBe(400);
  });
});

describe('a feed', () => {
  const all = () => true;
  const shown = (news: LiveNews | undefined | void) =>
    news && { calls: news.calls.map(({ id, state }) => `${id} ${state}`), ended: news.ended };

  test('finds out by itself what nobody tells it: a process that died', async () => {
    const id = await house.call(1, { states: ['talking'] });
    const feed = new LiveFeed(house.db, house.database.url, { gatherMs: 5, compareMs: 20 });
    const over = new AbortController();
    const news = feed.changes(all, 60_000, over.signal);
    expect(shown((await news.next()).value)).toEqual({ calls: [`${id} talking`], ended: [] });
    await close(id);
    expect(shown((await news.next()).value)).toEqual({ calls: [], ended: [id] });
    const later = await house.call(2);
    expect(shown((await news.next()).value)).toEqual({ calls: [`${later} offHook`], ended: [] });
    over.abort();
    expect((await news.next()).done).toBe(true);
    await feed.close();
  });

  test('says when nothing has happened for a while, and ends with its listeners when it is closed', async () => {
    const feed = new LiveFeed(house.db, house.database.url, { gatherMs: 5, compareMs: 60_000 });
    const news = feed.changes(all, 20, new AbortController().signal);
    const seen = (call: LiveCall) => call.facilityId === 'rio-claro';
    const other = feed.changes(seen, 60_000, new AbortController().signal);
    expect(shown((await news.next()).value)).toEqual({ calls: [], ended: [] });
    expect((await news.next()).value).toBeUndefined();
    await other.next();
    const waits = other.next();
    await feed.close();
    expect((await waits).done).toBe(true);
  });

  test('says that a call is over to nobody who was not shown it', async () => {
    const id = await house.call(1);
    const feed = new LiveFeed(house.db, house.database.url, { gatherMs: 1, compareMs: 60_000 });
    const over = new AbortController();
    const everything = feed.changes(all, 60_000, over.signal);
    const theirs = feed.changes(({ facilityId }) => facilityId === 'rio-claro', 60_000, over.signal);
    expect(shown((await everything.next()).value)).toEqual({ calls: [`${id} offHook`], ended: [] });
    expect(shown((await theirs.next()).value)).toEqual({ calls: [], ended: [] });
    await house.tell(id, ['done']);
    expect(shown((await everything.next()).value)).toEqual({ calls: [], ended: [id] });
    const other = await house.call(2, { facilityId: 'rio-claro', states: ['offHook'] });
    expect(shown((await theirs.next()).value)).toEqual({ calls: [`${other} offHook`], ended: [] });
    over.abort();
    await feed.close();
  });

  test('tells one that is slow the last of each call, once', async () => {
    const id = await house.call(1);
    const feed = new LiveFeed(house.db, house.database.url, { gatherMs: 1, compareMs: 60_000 });
    const over = new AbortController();
    const [slow, quick] = [feed.changes(all, 60_000, over.signal), feed.changes(all, 60_000, over.signal)];
    await slow.next();
    await quick.next();
    for (const [n, state] of ['policy', 'ringing', 'greeting'].entries()) {
      await house.tell(id, [state], n);
      expect(shown((await quick.next()).value)).toEqual({ calls: [`${id} ${state}`], ended: [] });
    }
    expect(shown((await slow.next()).value)).toEqual({ calls: [`${id} greeting`], ended: [] });
    over.abort();
    await feed.close();
  });

  test('without a database there is none, and there is one when it is back', async () => {
    const feed = new LiveFeed(house.db, 'postgres://nobody@127.0.0.1:1/none');
    await expect(feed.changes(all, 10, new AbortController().signal).next()).rejects.toMatchObject({
      name: 'DatabaseUnavailable',
    });
    await feed.close();
  });
});

describe('the desk', () => {
  const enter = async (seconds: number, over: { accountId?: string; number?: string } = {}) => {
    const id = randomUUID();
    const known = { id, callId: randomUUID(), language: 'es', number: over.number, accountId: over.accountId } as const;
    await enterQueue(house.db, { ...known, node: 'ivr-1', at: new Date(house.at.getTime() + seconds * 1_000) });
    return id;
  };
  const give = (entryId: string, agentId: string) =>
    giveTurns(house.db, house.at, { seenBefore: new Date(0), missedBefore: new Date(0), wrapUpUntil: house.at }, () => [
      { entryId, agentId },
    ]);
  interface Desk {
    agents: { id: string; state: string; entryId?: string; number?: string; listening: object[] }[];
    waiting: object[];
    messages: number;
  }
  const desk = () => agent.get<Desk>('/v1/staff/desk');

  test('shows who is there, with their talk and who listens to it, and who waits, in turn', async () => {
    const accountId = randomUUID();
    await openAccount(house.db, { id: accountId, numbers: ['+12135550142'], at: house.at });
    const talking = await enter(1, { number: '+12135550142' });
    const waiting = [await enter(2, { accountId }), await enter(3, { number: '+12135550143' })];
    await turnAgent(house.db, 'ana', 'ready', house.at);
    await give(talking, 'ana');
    await beginTalk(house.db, talking, house.at);
    const listening = {
      id: randomUUID(),
      entryId: talking,
      supervisorId: 'ray',
      node: 'ivr-1',
      mode: 'whisper',
      since: house.at,
    } as const;
    await house.db.insertInto('deskListening').values(listening).execute();
    const shown = await desk();
    expect(shown.agents).toEqual([
      {
        ...{
          id: 'ana',
          name: 'Ana Torres',
          extension: '701',
          supervisor: false,
          languages: ['en', 'es'],
          state: 'talking',
        },
        ...{
          since: after(0),
          entryId: talking,
          number: '+12135550142',
          reachable: false,
          listening: [{ id: 'ray', name: 'Ray Ortega', mode: 'whisper' }],
        },
      },
      {
        ...{
          id: 'ray',
          name: 'Ray Ortega',
          extension: '702',
          supervisor: true,
          languages: ['en', 'es'],
          state: 'away',
        },
        ...{ since: expect.any(String) as string, reachable: false, listening: [] },
      },
    ]);
    expect(shown.waiting).toEqual([
      {
        ...{ entryId: waiting[0], since: after(2), language: 'es', way: 'line', accountId },
        accountNumber: expect.stringMatching(/^1\d{9}$/) as string,
      },
      { entryId: waiting[1], since: after(3), language: 'es', way: 'line', number: '+12135550143' },
    ]);
    expect(shown.messages).toBe(0);

    expect(await agent.refused('PUT', '/v1/staff/desk/me', { state: 'away' })).toEqual([409, 'agent-busy']);
    await house.db.updateTable('deskListening').set({ until: house.at }).execute();
    await endTalk(house.db, talking, house.at, new Date(house.at.getTime() + 30_000));
    expect((await desk()).agents[0]).toMatchObject({ state: 'wrap-up', until: after(30), listening: [] });
    expect((await desk()).agents[0]).not.toHaveProperty('entryId');
  });

  test('is come to and left by an agent, which is written down once', async () => {
    const put = (state: string) => agent.told('PUT', '/v1/staff/desk/me', { state });
    await turnAgent(house.db, 'ana', 'away', house.at);
    expect(await put('ready')).toEqual([200, { state: 'ready' }]);
    expect(await put('ready')).toEqual([200, { state: 'ready' }]);
    expect(await agentState(house.db, 'ana')).toBe('ready');
    expect(await put('away')).toEqual([200, { state: 'away' }]);
    expect(await house.audited('agent')).toEqual([
      {
        act: 'agent.state',
        staffId: agent.id,
        resourceId: 'ana',
        before: { state: 'ready' },
        after: { state: 'away' },
      },
      {
        act: 'agent.state',
        staffId: agent.id,
        resourceId: 'ana',
        before: { state: 'away' },
        after: { state: 'ready' },
      },
    ]);
    const other = await house.console({ role: 'supervisor' });
    expect(await other.refused('PUT', '/v1/staff/desk/me', { state: 'ready' })).toEqual([409, 'not-at-desk']);
    expect((await agent.ask('PUT', '/v1/staff/desk/me', { state: 'talking' })).statusCode).toBe(400);
  });
});

test('facilities are listed by name, for facility staff their own', async () => {
  const list = async (by: ViewConsole) =>
    (await by.get<{ facilities: { id: string }[] }>('/v1/staff/facilities')).facilities;
  expect(await list(guard)).toEqual([
    { id: 'rio-claro', name: 'Río Claro Facility', state: 'CA', timeZone: 'America/Los_Angeles' },
  ]);
  expect((await list(agent)).map(({ id }) => id)).toEqual(expect.arrayContaining(['valley-view', 'rio-claro']));
});
