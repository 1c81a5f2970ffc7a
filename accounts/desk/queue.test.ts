import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '#db/connect.ts';
import { agentsAtDesk, findAgentPhone, saveAgent, turnAgent } from '#db/desk/agents.ts';
import {
  beginTalk,
  enterQueue,
  findEntry,
  keepForCallBack,
  putBack,
  stepAside,
  hasCallBacks,
  leaveQueue,
  missOffer,
  renewPlace,
} from '#db/desk/entries.ts';
import { eventsOfEntry } from '#db/desk/events.ts';
import { takeCallBack } from '#db/desk/turns.ts';
import { saveCredentials } from '#db/credentials.ts';
import type { Language } from '#db/people.ts';
import { saveRegistration } from '#db/registrations.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { brokenConstraint } from '#db/unavailable.ts';
import { callBackNumber, whenCalled } from './call-back.ts';
import { forgetNode, isSpoken, notReached, serveQueue, standingOf, talkOver } from './queue.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());
beforeEach(async () => {
  const { db } = server;
  await db
    .updateTable('deskEntry')
    .set({ state: 'ended', outcome: 'lost', endedAt: at(0) })
    .where('state', '<>', 'ended')
    .execute();
  await db.updateTable('agent').set({ active: false, state: 'away', until: null }).execute();
});

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 28, 20) + seconds * 1000);
const number = '+12135550142';
const line = '+18669490290';
let extension = 100;
async function agent(id: string, languages: readonly Language[] = ['en'], readyAt = 0) {
  await saveAgent(
    server.db,
    { id, name: id, extension: String(extension++), languages, supervisor: false, active: true },
    at(0),
  );
  expect(await turnAgent(server.db, id, 'ready', at(readyAt))).toBe('done');
}
async function waits(enteredAt: number, language: Language = 'en', node = 'ivr-1'): Promise<string> {
  const id = randomUUID();
  await enterQueue(server.db, {
    ...{ id, callId: randomUUID(), language, number, accountId: undefined, node, at: at(enteredAt) },
  });
  return id;
}
const serve = async (seconds: number) =>
  (await serveQueue(server.db, at(seconds))).map(({ entryId, agentId }) => [entryId, agentId]);
const stateOf = async (id: string) => (await findEntry(server.db, id))?.state;
const agentState = async (id: string) => (await agentsAtDesk(server.db)).find((one) => one.id === id)?.state;

describe('the queue', () => {
  it('gives the longest waiting to a free agent, rings, talks, wraps up, and is free by itself', async () => {
    await agent('ana');
    const [first, second] = [await waits(1), await waits(2)];
    expect(await serve(3)).toEqual([[first, 'ana']]);
    expect([await stateOf(first), await stateOf(second), await agentState('ana')]).toEqual([
      'ringing',
      'waiting',
      'ringing',
    ]);
    expect(await beginTalk(server.db, first, at(5))).toBe(true);
    expect(await agentState('ana')).toBe('talking');
    expect(await serve(6)).toEqual([]);
    await talkOver(server.db, first, at(65));
    expect(await agentState('ana')).toBe('wrap-up');
    expect(await serve(94)).toEqual([]);
    expect(await serve(95)).toEqual([[second, 'ana']]);
    expect((await eventsOfEntry(server.db, first)).map(({ kind }) => kind)).toEqual([
      'entered',
      'given',
      'talking',
      'ended',
    ]);
    expect(await findEntry(server.db, first)).toMatchObject({ outcome: 'talked', agentId: 'ana' });
  });

  it('sets an agent who does not answer away, and the call keeps its place', async () => {
    await agent('ana');
    const [first, second] = [await waits(1), await waits(2)];
    await serve(3);
    await missOffer(server.db, first, 'no answer', at(23));
    expect([await agentState('ana'), await stateOf(first)]).toEqual(['away', 'waiting']);
    expect(await serve(24)).toEqual([]);
    await agent('ben', ['en'], 25);
    expect(await serve(26)).toEqual([[first, 'ben']]);
    expect(await standingOf(server.db, second, at(26))).toMatchObject({ position: 1 });
  });

  it('frees the agent of who hangs up while they are rung, and lets nobody talk with who has gone', async () => {
    await agent('ana');
    const id = await waits(1);
    await serve(2);
    await leaveQueue(server.db, id, 'hung-up', at(3));
    expect([await stateOf(id), await agentState('ana')]).toEqual(['ended', 'ready']);
    expect(await beginTalk(server.db, id, at(4))).toBe(false);
    expect(await agentState('ana')).toBe('ready');
    await missOffer(server.db, id, 'no answer', at(5));
    expect(await agentState('ana')).toBe('ready');
  });

  it('lets nobody leave who talks', async () => {
    await agent('ana');
    const id = await waits(1);
    await serve(2);
    await beginTalk(server.db, id, at(3));
    await leaveQueue(server.db, id, 'hung-up', at(4));
    expect(await stateOf(id)).toBe('talking');
    expect(await turnAgent(server.db, 'ana', 'away', at(5))).toBe('busy');
  });

  it('knows which languages are spoken by who is at work', async () => {
    await agent('ana', ['es']);
    expect([await isSpoken(server.db, 'es'), await isSpoken(server.db, 'en')]).toEqual([true, false]);
    await turnAgent(server.db, 'ana', 'away', at(1));
    expect(await isSpoken(server.db, 'es')).toBe(false);
    expect(await turnAgent(server.db, 'nobody', 'ready', at(1))).toBe('unknown');
  });

  it('estimates by the last talks', async () => {
    await agent('ana');
    const done = await waits(1);
    await serve(2);
    await beginTalk(server.db, done, at(10));
    // What the other tests talked does not count here.
    await server.db.updateTable('deskEntry').set({ outcome: 'lost' }).where('outcome', '=', 'talked').execute();
    await talkOver(server.db, done, at(80));
    await serve(110);
    const [first, second] = [await waits(111), await waits(112)];
    expect(await standingOf(server.db, first, at(113))).toEqual({ position: 1, waitSeconds: 0 });
    expect(await standingOf(server.db, second, at(113))).toEqual({ position: 2, waitSeconds: 100 });
    expect(await standingOf(server.db, done, at(113))).toBeUndefined();
  });
});

describe('one agent, one call', () => {
  it('holds when many processes serve, answer and leave at the same moment', async () => {
    const other = openDatabase(server.url, { max: 20, connectMs: 15_000, statementMs: 15_000 });
    try {
      for (const id of ['a', 'b', 'c']) await agent(id);
      const ids: string[] = [];
      for (let nth = 0; nth < 12; nth++) ids.push(await waits(nth));
      const served = await Promise.all(
        Array.from({ length: 30 }, (_, nth) => serveQueue(nth % 2 ? server.db : other, at(20))),
      );
      const turns = served.flat();
      expect(turns.map(({ entryId }) => entryId)).toEqual(ids.slice(0, 3));
      expect(new Set(turns.map(({ agentId }) => agentId)).size).toBe(3);
      const [first = ''] = ids;
      const [talks] = await Promise.all([
        beginTalk(server.db, first, at(21)),
        leaveQueue(other, first, 'hung-up', at(21)),
      ]);
      const entry = await findEntry(server.db, first);
      expect(entry?.state).toBe(talks ? 'talking' : 'ended');
    } finally {
      await other.destroy();
    }
  });

  it('holds by the database when a program is wrong', async () => {
    await agent('ana');
    const [first, second] = [await waits(1), await waits(2)];
    await serve(3);
    expect(await stateOf(first)).toBe('ringing');
    const wrong = server.db.updateTable('deskEntry').set({ state: 'ringing', agentId: 'ana' }).where('id', '=', second);
    expect(brokenConstraint(await wrong.execute().catch((error: unknown) => error))).toBe('desk_agent_once');
  });
});

describe('a call-back', () => {
  it('keeps the place, is taken by one process, and is tried twice', async () => {
    const [first, second] = [await waits(1), await waits(2)];
    expect(await keepForCallBack(server.db, first, number, at(3))).toBe(true);
    await agent('ana', ['en'], 4);
    // Nobody renews it: a call-back has no call that could be lost.
    expect(await serve(900)).toEqual([[first, 'ana']]);
    const taken = await Promise.all(['ivr-1', 'ivr-2', 'ivr-3'].map((node) => takeCallBack(server.db, node, at(901))));
    expect(taken.filter((id) => id !== undefined)).toEqual([first]);
    await notReached(server.db, { entryId: first, tries: 1, line }, at(930));
    expect([await stateOf(first), await agentState('ana')]).toEqual(['waiting', 'ready']);
    await leaveQueue(server.db, second, 'hung-up', at(931));
    expect(await serve(1229)).toEqual([]);
    expect(await serve(1230)).toEqual([[first, 'ana']]);
    expect(await takeCallBack(server.db, 'ivr-2', at(1231))).toBe(first);
    await notReached(server.db, { entryId: first, tries: 2, line }, at(1260));
    expect(await findEntry(server.db, first)).toMatchObject({ state: 'ended', outcome: 'not-reached', tries: 2 });
    expect(await agentState('ana')).toBe('ready');
  });

  it('lets others be served while it is asked where to call, and has its turn again', async () => {
    const [first, second] = [await waits(1), await waits(2)];
    expect(await stepAside(server.db, first, at(180))).toBe(true);
    await agent('ana', ['en'], 3);
    expect(await serve(4)).toEqual([[second, 'ana']]);
    await agent('ben', ['en'], 5);
    expect(await serve(179)).toEqual([]);
    expect(await stepAside(server.db, first, undefined)).toBe(true);
    await renewPlace(server.db, first, at(179));
    expect(await serve(179)).toEqual([[first, 'ben']]);
    expect(await stepAside(server.db, first, at(300))).toBe(false);
  });

  it('has its turn at once when its number is known, whoever was asked meanwhile', async () => {
    const id = await waits(1);
    await stepAside(server.db, id, at(180));
    expect(await hasCallBacks(server.db)).toBe(false);
    await keepForCallBack(server.db, id, number, at(3));
    expect(await hasCallBacks(server.db)).toBe(true);
    await agent('ana', ['en'], 4);
    expect(await serve(5)).toEqual([[id, 'ana']]);
    expect(await hasCallBacks(server.db)).toBe(true);
    await takeCallBack(server.db, 'ivr-1', at(6));
    await putBack(server.db, id, at(7));
    expect([await stateOf(id), await agentState('ana')]).toEqual(['waiting', 'ready']);
    expect(await serve(8)).toEqual([[id, 'ana']]);
    expect(await takeCallBack(server.db, 'ivr-2', at(9))).toBe(id);
    await beginTalk(server.db, id, at(10));
    await putBack(server.db, id, at(11));
    expect(await stateOf(id)).toBe('talking');
    expect(await hasCallBacks(server.db)).toBe(false);
  });

  it.each<[string, string, string | undefined]>([
    ['a number of ten digits', '2135550142', undefined],
    ['a number in Puerto Rico', '+17875550142', undefined],
    ['a number in Mexico', '+525512345678', 'foreign'],
    ['a number in Canada', '+14165550142', 'foreign'],
    ['a service', '911', 'not-callable'],
    ['a toll-free number', '8005550142', 'not-callable'],
  ])('may be to %s, or not', async (_what, text, why) => {
    expect(await callBackNumber(server.db, text)).toMatchObject(why === undefined ? { kind: 'number' } : { why });
  });

  it('is promised once to a number', async () => {
    const [first, second] = [await waits(1), await waits(2)];
    await keepForCallBack(server.db, first, number, at(3));
    expect(await callBackNumber(server.db, number)).toEqual({ kind: 'refused', why: 'waits' });
    expect(await keepForCallBack(server.db, second, number, at(4))).toBe(false);
  });

  it.each<[string, string, 'today' | 'morning']>([
    ['the last minute of the desk', '2026-11-29T04:59:00Z', 'today'],
    ['when the desk has closed', '2026-11-29T05:00:00Z', 'morning'],
    ['when the desk is open and it is too early to call', '2026-11-28T15:00:00Z', 'morning'],
    ['eight in the morning', '2026-11-28T16:00:00Z', 'today'],
  ])('is expected at %s', async (_what, when, expected) => {
    expect(await whenCalled(server.db, number, new Date(when))).toBe(expected);
  });

  it('is not wanted by who has an agent already', async () => {
    await agent('ana');
    const id = await waits(1);
    await serve(2);
    expect(await keepForCallBack(server.db, id, number, at(3))).toBe(false);
  });
});

describe('a process that dies', () => {
  it('is missed for half a minute, and its calls are lost half a minute later', async () => {
    const id = await waits(0);
    await serve(31);
    await serve(60);
    expect(await stateOf(id)).toBe('waiting');
    await serve(61);
    expect(await findEntry(server.db, id)).toMatchObject({ state: 'ended', outcome: 'lost' });
  });

  it('loses nothing that it renews, however long the database was away', async () => {
    const id = await waits(0);
    await serve(600);
    await renewPlace(server.db, id, at(601));
    await serve(640);
    expect(await stateOf(id)).toBe('waiting');
  });

  it('gives the old place back to who was there after all', async () => {
    const id = await waits(0);
    await serve(31);
    await serve(62);
    await waits(63);
    await renewPlace(server.db, id, at(64));
    expect(await standingOf(server.db, id, at(64))).toMatchObject({ position: 1 });
  });

  it('leaves nobody behind when its namesake starts: agents are free, call-backs wait', async () => {
    for (const id of ['ana', 'ben', 'cruz']) await agent(id);
    const [talks, rings, later, elsewhere] = [
      await waits(1),
      await waits(2),
      await waits(3),
      await waits(4, 'es', 'ivr-2'),
    ];
    await keepForCallBack(server.db, later, number, at(4));
    await serve(5);
    await takeCallBack(server.db, 'ivr-1', at(6));
    await beginTalk(server.db, talks, at(7));
    expect(await forgetNode(server.db, 'ivr-1', at(8))).toBe(3);
    const states = await Promise.all([talks, rings, later, elsewhere].map(stateOf));
    expect(states).toEqual(['ended', 'ended', 'waiting', 'waiting']);
    const agents = (await agentsAtDesk(server.db)).map(({ state }) => state).sort();
    expect(agents).toEqual(['ready', 'ready', 'wrap-up']);
  });
});

describe("an agent's phone", () => {
  it('is found by the agent while it is registered', async () => {
    await agent('ana');
    await saveCredentials(server.db, { username: 'desk1', realm: 'homeline', ha1: '0'.repeat(32), agentId: 'ana' });
    expect(await findAgentPhone(server.db, 'ana', at(0))).toBeUndefined();
    const source = { address: '127.0.0.1', port: 5999 };
    const binding = { username: 'desk1', contact: 'sip:desk1@127.0.0.1:5999', source, expiresAt: at(60) };
    await saveRegistration(server.db, binding, { callId: 'reg', cseq: 1 }, at(0));
    expect(await findAgentPhone(server.db, 'ana', at(59))).toMatchObject({
      contact: 'sip:desk1@127.0.0.1:5999',
      source,
    });
    expect(await findAgentPhone(server.db, 'ana', at(60))).toBeUndefined();
  });
});
