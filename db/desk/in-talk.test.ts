import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ha1Of, saveCredentials } from '../credentials.ts';
import { openAccount } from '../accounts.ts';
import { saveRegistration } from '../registrations.ts';
import { myDesk } from '../staff-views/my-desk.ts';
import { waitFigures } from '../staff-views/figures.ts';
import { startTestDatabase, type TestDatabase } from '../testing.ts';
import { agentsAtDesk, saveAgent, turnAgent } from './agents.ts';
import { codeTalk } from './codes.ts';
import { beginTalk, endOfNode, endTalk, enterQueue, findEntry, leaveQueue, missOffer, openEntries } from './entries.ts';
import { eventsOfEntry } from './events.ts';
import { orderInTalk, passedOnBy, passOn, setAside, type WantedInTalk } from './in-talk.ts';
import { takeOrders } from './orders.ts';
import { giveTurns } from './turns.ts';

let server: TestDatabase;
const began = new Date('2026-11-28T20:00:00Z');
const after = (seconds: number) => new Date(began.getTime() + seconds * 1_000);
/** Nobody is missed here. */
const missing = { seenBefore: after(-900), missedBefore: after(-900), wrapUpUntil: after(900) };

beforeAll(async () => {
  server = await startTestDatabase();
  const { db } = server;
  for (const [id, extension] of [
    ['ana', '201'],
    ['eva', '202'],
    ['sol', '203'],
  ] as const) {
    await saveAgent(db, { id, name: id, extension, languages: ['en'], supervisor: false, active: true }, began);
    await saveCredentials(db, { username: id, realm: 'r', ha1: ha1Of(id, 'r', 'x'), agentId: id });
  }
  await openAccount(db, { id: 'holder', numbers: [], at: began });
});
afterAll(() => server.stop());
beforeEach(async () => {
  const { db } = server;
  await db.deleteFrom('registration').execute();
  await db
    .updateTable('deskEntry')
    .set({ state: 'ended', outcome: 'lost', endedAt: began, aside: null })
    .where('state', '<>', 'ended')
    .execute();
  await db
    .updateTable('deskEntry')
    .set({ endedAt: after(-3_600) })
    .where('state', '=', 'ended')
    .execute();
  await db.updateTable('agent').set({ state: 'away', until: null, backTo: 'ready', since: began }).execute();
  await register('eva');
});

const register = (username: string) =>
  saveRegistration(
    server.db,
    {
      username,
      contact: `sip:${username}@10.0.0.9`,
      source: { address: '10.0.0.9', port: 5060 },
      expiresAt: after(999),
    },
    { callId: randomUUID(), cseq: 1 },
    began,
  );
const give = (at: Date) =>
  giveTurns(server.db, at, missing, ([first], [agent]) =>
    first && agent ? [{ entryId: first.id, agentId: agent.id }] : [],
  );
/** Somebody has the last place. */
async function waits(seconds: number): Promise<string> {
  const id = randomUUID();
  const caller = { number: '+12135550142', accountId: 'holder', language: 'en', node: 'ivr-1' } as const;
  await enterQueue(server.db, { id, callId: randomUUID(), ...caller, at: after(seconds) });
  return id;
}
/** Ana talks with somebody who came first. */
async function talking(): Promise<string> {
  const id = await waits(0);
  await turnAgent(server.db, 'ana', 'ready', began);
  expect(await give(began)).toEqual([{ entryId: id, agentId: 'ana' }]);
  await beginTalk(server.db, id, after(5));
  return id;
}
const order = async (wanted: WantedInTalk, agentId = 'ana') => {
  const found = await server.db.transaction().execute((trx) => orderInTalk(trx, agentId, wanted, after(10)));
  return found.kind;
};
const pass = (to?: string) => ({ kind: 'transfer', to, note: undefined }) as const;
const stateOf = async (id: string) => (await agentsAtDesk(server.db)).find((agent) => agent.id === id)?.state;
const passedTo = async (entryId: string, to?: string, note?: string): Promise<string> => {
  const id = randomUUID();
  expect(await passOn(server.db, { entryId, id, to, note }, after(60), after(90))).toBe(true);
  return id;
};

describe('an order of an agent in a talk', () => {
  test('is left with the talk once, however often it is asked for, and taken once, in order', async () => {
    const talk = await talking();
    for (const kind of ['hold', 'hold', 'resume', 'hold'] as const) expect(await order({ kind })).toBe('ordered');
    expect(await order({ kind: 'transfer', to: '202', note: 'wants to pay' })).toBe('ordered');
    expect(await order(pass())).toBe('ordered');
    expect(await takeOrders(server.db, talk, after(11))).toEqual([
      { kind: 'hold', agentId: 'ana' },
      { kind: 'resume', agentId: 'ana' },
      { kind: 'transfer', agentId: 'ana', to: 'eva', note: 'wants to pay' },
    ]);
    expect(await order({ kind: 'hold' })).toBe('ordered');
    expect(await takeOrders(server.db, talk, after(12))).toEqual([{ kind: 'hold', agentId: 'ana' }]);
    expect((await eventsOfEntry(server.db, talk)).slice(-4).map(({ kind, data }) => [kind, data])).toEqual([
      ['hold-ordered', {}],
      ['resume-ordered', {}],
      ['transfer-ordered', {}],
      ['hold-ordered', {}],
    ]);
  });

  test('is refused who has no talk, and while a card is typed', async () => {
    expect(await order({ kind: 'hold' })).toBe('no-talk');
    const talk = await talking();
    expect(await order({ kind: 'hold' }, 'eva')).toBe('no-talk');
    await setAside(server.db, talk, 'paying', after(8));
    for (const wanted of [{ kind: 'hold' }, { kind: 'resume' }, pass()] as const)
      expect(await order(wanted)).toBe('paying');
    await setAside(server.db, talk, undefined, after(9));
    expect(await order({ kind: 'hold' })).toBe('ordered');
  });

  test('to pass it on names another agent who can be rung, away or not, or nobody', async () => {
    await talking();
    expect([await order(pass('299')), await order(pass('201'))]).toEqual(['no-agent', 'own-extension']);
    expect(await order(pass('203'))).toBe('agent-unreachable');
    await server.db
      .updateTable('agent')
      .set({ state: 'wrap-up', until: after(99) })
      .where('id', '=', 'eva')
      .execute();
    expect(await order(pass('202'))).toBe('agent-busy');
    await server.db.updateTable('agent').set({ state: 'ready', until: null }).where('id', '=', 'eva').execute();
    expect(await order(pass('202'))).toBe('ordered');
    await server.db.updateTable('agent').set({ active: false, state: 'away' }).where('id', '=', 'eva').execute();
    expect(await order(pass('202'))).toBe('no-agent');
    await server.db.updateTable('agent').set({ active: true }).where('id', '=', 'eva').execute();
  });
});

describe('a talk', () => {
  test('says why the two do not hear each other, once, and not once it is over', async () => {
    const talk = await talking();
    await setAside(server.db, talk, 'held', after(20));
    await setAside(server.db, talk, 'held', after(21));
    expect((await findEntry(server.db, talk))?.aside).toBe('held');
    expect(await myDesk(server.db, 'ana', after(22))).toMatchObject({ state: 'talking', call: { aside: 'held' } });
    await endTalk(server.db, talk, after(30), after(60));
    await setAside(server.db, talk, 'paying', after(31));
    expect((await findEntry(server.db, talk))?.aside).toBeUndefined();
    const kinds = (await eventsOfEntry(server.db, talk)).map(({ kind }) => kind);
    expect(kinds).toEqual(['entered', 'given', 'talking', 'held', 'ended']);
  });

  test('that is passed on is over; the other agent is rung for a place as early as the first', async () => {
    const talk = await talking();
    const other = await waits(10);
    const place = await passedTo(talk, 'eva', 'wants to pay');
    expect(await findEntry(server.db, talk)).toMatchObject({ state: 'ended', outcome: 'talked', agentId: 'ana' });
    const [first, second] = await openEntries(server.db);
    expect(first).toMatchObject({ id: place, state: 'ringing', agentId: 'eva', enteredAt: began, fromEntryId: talk });
    expect(first).toMatchObject({ number: '+12135550142', accountId: 'holder', language: 'en', way: 'line' });
    expect(second?.id).toBe(other);
    expect([await stateOf('ana'), await stateOf('eva')]).toEqual(['wrap-up', 'ringing']);
    expect(await passedOnBy(server.db, place)).toBe('201');
    expect(await passedOnBy(server.db, talk)).toBeUndefined();
    expect(await myDesk(server.db, 'eva', after(61))).toMatchObject({
      state: 'ringing',
      phone: 'table',
      call: { entryId: place, from: { name: 'ana', extension: '201' }, note: 'wants to pay', accountId: 'holder' },
    });
    expect(await myDesk(server.db, 'ana', after(61))).toMatchObject({
      phone: null,
      call: { entryId: talk, note: null },
    });
    expect((await eventsOfEntry(server.db, talk)).at(-1)).toMatchObject({
      kind: 'passed-on',
      data: { entryId: place, to: 'eva' },
    });
    expect((await eventsOfEntry(server.db, place)).map(({ kind, agentId }) => [kind, agentId])).toEqual([
      ['given', 'eva'],
    ]);
    // Its words are for who takes it, not for everybody who reads what happened.
    expect(JSON.stringify(await server.db.selectFrom('deskEvent').selectAll().execute())).not.toContain('wants to pay');
  });

  test('that nobody takes is first in the queue again, with what was written', async () => {
    const talk = await talking();
    await waits(10);
    const place = await passedTo(talk, 'eva', 'wants to pay');
    await missOffer(server.db, place, 'not accepted', after(80));
    expect(await stateOf('eva')).toBe('away');
    await turnAgent(server.db, 'sol', 'ready', after(81));
    expect(await give(after(82))).toEqual([{ entryId: place, agentId: 'sol' }]);
    expect((await myDesk(server.db, 'sol', after(83)))?.call).toMatchObject({
      note: 'wants to pay',
      from: { name: 'ana' },
    });
  });

  test('that is passed on to nobody, or to who has just been given another, waits in its place', async () => {
    const talk = await talking();
    const place = await passedTo(talk);
    expect(await findEntry(server.db, place)).toMatchObject({ state: 'waiting', agentId: undefined, enteredAt: began });
    await turnAgent(server.db, 'eva', 'ready', after(61));
    await give(after(62));
    await beginTalk(server.db, place, after(63));
    await turnAgent(server.db, 'sol', 'ready', after(64));
    await waits(65);
    await give(after(66));
    const third = await passedTo(place, 'sol');
    expect(await findEntry(server.db, third)).toMatchObject({ state: 'waiting', agentId: undefined });
    expect((await eventsOfEntry(server.db, place)).at(-1)).toMatchObject({ kind: 'passed-on', data: { to: 'sol' } });
  });

  test('that is over already is not passed on', async () => {
    const talk = await talking();
    await endTalk(server.db, talk, after(30), after(60));
    const passing = { entryId: talk, id: randomUUID(), to: 'eva', note: undefined };
    expect(await passOn(server.db, passing, after(31), after(60))).toBe(false);
    expect(await openEntries(server.db)).toEqual([]);
  });

  test('is still said to have been about something by who had it, once it is passed on', async () => {
    const talk = await talking();
    await passedTo(talk);
    expect(await codeTalk(server.db, { entryId: talk, agentId: 'ana', code: '1' }, after(62))).toBe('done');
    expect((await myDesk(server.db, 'ana', after(63)))?.call).toMatchObject({ entryId: talk, code: '1' });
  });

  test('with who was called back is passed on with the number where they are', async () => {
    const talk = await talking();
    const calledBack = { way: 'call-back', callBackNumber: '+12135550199' } as const;
    await server.db.updateTable('deskEntry').set(calledBack).where('id', '=', talk).execute();
    const place = await passedTo(talk);
    expect(await findEntry(server.db, place)).toMatchObject({ number: '+12135550199', way: 'line' });
  });

  test('counts as one wait', async () => {
    const span = { from: after(-1), until: after(1) };
    const before = await waitFigures(server.db, span);
    const talk = await talking();
    const place = await passedTo(talk, 'eva');
    await beginTalk(server.db, place, after(62));
    expect((await waitFigures(server.db, span)).answered).toBe(before.answered + 1);
  });
});

describe('an agent who was away and is rung by their extension', () => {
  test('is away again when the caller hangs up, or the process dies', async () => {
    const place = await passedTo(await talking(), 'eva');
    await leaveQueue(server.db, place, 'hung-up', after(70));
    expect(await stateOf('eva')).toBe('away');
    await turnAgent(server.db, 'ana', 'away', after(71));
    await passedTo(await talking(), 'eva');
    await endOfNode(server.db, 'ivr-1', after(90), after(120));
    expect(await stateOf('eva')).toBe('away');
  });

  test('is away again after the talk; who was ready, or says so meanwhile, is ready', async () => {
    const finish = async () => {
      const place = await passedTo(await talking(), 'eva');
      await beginTalk(server.db, place, after(62));
      await endTalk(server.db, place, after(70), after(75));
    };
    await finish();
    await give(after(80));
    expect(await stateOf('eva')).toBe('away');
    await turnAgent(server.db, 'eva', 'ready', after(81));
    await turnAgent(server.db, 'ana', 'away', after(81));
    await server.db.updateTable('agent').set({ state: 'away' }).where('id', '=', 'sol').execute();
    const talk = await waits(0);
    await give(after(82));
    await beginTalk(server.db, talk, after(83));
    await endTalk(server.db, talk, after(84), after(85));
    await give(after(86));
    expect(await stateOf('eva')).toBe('ready');
  });
});
