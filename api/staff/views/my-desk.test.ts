import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ha1Of, saveCredentials } from '#db/credentials.ts';
import { openAccount } from '#db/accounts.ts';
import { saveAgent, turnAgent } from '#db/desk/agents.ts';
import { beginTalk, endTalk, enterQueue } from '#db/desk/entries.ts';
import { atDesk, noteAtDesk } from '#db/desk/events.ts';
import { passOn, setAside } from '#db/desk/in-talk.ts';
import { takeOrders } from '#db/desk/orders.ts';
import { giveTurns } from '#db/desk/turns.ts';
import { saveRegistration } from '#db/registrations.ts';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let house: ViewedHouse;
let agent: ViewConsole;
let other: ViewConsole;
let stranger: ViewConsole;

beforeAll(async () => {
  house = await ViewedHouse.open();
  for (const [id, extension, name] of [
    ['ana', '701', 'Ana Torres'],
    ['ray', '702', 'Ray Ortega'],
  ] as const) {
    await saveAgent(house.db, { id, name, extension, languages: ['en'], supervisor: false, active: true }, house.at);
    await saveCredentials(house.db, { username: id, realm: 'r', ha1: ha1Of(id, 'r', 'x'), agentId: id });
  }
  await openAccount(house.db, { id: 'holder', numbers: [], at: house.at });
  agent = await house.console({ agentId: 'ana' });
  other = await house.console({ agentId: 'ray' });
  stranger = await house.console();
});
afterAll(() => house.close());
beforeEach(async () => {
  await house.db.deleteFrom('registration').execute();
  const over = { state: 'ended', outcome: 'lost', endedAt: house.at, aside: null } as const;
  await house.db.updateTable('deskEntry').set(over).where('state', '<>', 'ended').execute();
  // Long ago.
  await house.db
    .updateTable('deskEntry')
    .set({ endedAt: seconds(-3_600) })
    .where('state', '=', 'ended')
    .execute();
  await house.db.updateTable('agent').set({ state: 'away', until: null, since: house.at }).execute();
});

const seconds = (some: number) => new Date(house.at.getTime() + some * 1_000);
const told = (some: number) => seconds(some).toISOString();
const register = (username: string) =>
  saveRegistration(
    house.db,
    {
      username,
      contact: `sip:${username}@10.0.0.9`,
      source: { address: '10.0.0.9', port: 5060 },
      expiresAt: seconds(999),
    },
    { callId: randomUUID(), cseq: 1 },
    house.at,
  );
/** Ana is rung for somebody, or talks with them. */
async function call(talks = true): Promise<string> {
  const id = randomUUID();
  const who = { number: '+12135550142', accountId: 'holder', language: 'en', node: 'n' } as const;
  await enterQueue(house.db, { id, callId: randomUUID(), ...who, at: seconds(-60) });
  await turnAgent(house.db, 'ana', 'ready', house.at);
  const missing = { seenBefore: seconds(-900), missedBefore: seconds(-900), wrapUpUntil: seconds(900) };
  await giveTurns(house.db, house.at, missing, () => [{ entryId: id, agentId: 'ana' }]);
  if (talks) await beginTalk(house.db, id, seconds(5));
  return id;
}
const mine = (by = agent) => by.get('/v1/staff/desk/me');
const talk = '/v1/staff/desk/me/talk';
const codes = expect.arrayContaining([{ code: '1', name: 'payment' }]) as unknown;

describe('the place at the desk of who is signed in', () => {
  test('says how they are, and which telephone rings, if any', async () => {
    expect(await mine()).toEqual({ state: 'away', since: told(0), codes });
    await register('ana');
    expect(await mine()).toEqual({ state: 'away', since: told(0), phone: 'table', codes });
    expect(await stranger.refused('GET', '/v1/staff/desk/me')).toEqual([409, 'not-at-desk']);
  });

  test('says who calls, from the ringing on until what it was about is written down', async () => {
    const entryId = await call(false);
    const who = {
      ...{ entryId, since: told(-60), language: 'en', number: '+12135550142', way: 'line' },
      ...{ accountId: 'holder' },
    };
    expect(await mine()).toMatchObject({ state: 'ringing', call: who });
    expect((await mine())['call']).not.toHaveProperty('talkingAt');
    await beginTalk(house.db, entryId, seconds(5));
    await setAside(house.db, entryId, 'held', seconds(6));
    expect(await mine()).toMatchObject({ state: 'talking', call: { ...who, talkingAt: told(5), aside: 'held' } });
    await endTalk(house.db, entryId, seconds(30), seconds(60));
    expect(await mine()).toMatchObject({ state: 'wrap-up', until: told(60), call: { ...who, talkingAt: told(5) } });
    await turnAgent(house.db, 'ana', 'ready', seconds(31));
    expect(await mine()).toEqual({ state: 'ready', since: told(31), codes });
    expect(await mine(other)).toEqual({ state: 'away', since: told(0), codes });
  });

  test('says how the last card payment of the talk ended, and of no other talk', async () => {
    const before = await call();
    const paid = (entryId: string, data: Record<string, unknown>) =>
      atDesk(house.db, (trx) => noteAtDesk(trx, seconds(9), 'payment-ended', { entryId, agentId: 'ana' }, data));
    await paid(before, { outcome: 'broken-off' });
    expect((await mine())['call']).toMatchObject({ payment: { outcome: 'broken-off' } });
    await paid(before, { outcome: 'captured', cents: 2_500, reference: 'ref-9' });
    expect((await mine())['call']).toMatchObject({ payment: { outcome: 'captured', cents: 2_500 } });
    expect(JSON.stringify(await mine())).not.toContain('ref-9');
    await endTalk(house.db, before, seconds(30), seconds(31));
    await turnAgent(house.db, 'ana', 'ready', seconds(32));
    await call();
    expect((await mine())['call']).not.toHaveProperty('payment');
  });

  test('says who passed a call on, and what they wrote', async () => {
    const entryId = await call();
    const passing = { entryId, id: randomUUID(), to: 'ray', note: 'wants to pay' };
    await passOn(house.db, passing, seconds(20), seconds(50));
    expect((await mine(other))['call']).toMatchObject({
      ...{ entryId: passing.id, from: { name: 'Ana Torres', extension: '701' }, note: 'wants to pay' },
    });
  });
});

describe('an order of an agent in their talk', () => {
  test('is left with the talk, whichever process has it, and written down with who gave it', async () => {
    const entryId = await call();
    await register('ray');
    for (const what of ['hold', 'resume'])
      expect(await agent.told('POST', `${talk}/${what}`)).toEqual([202, { result: 'ordered' }]);
    expect(await agent.told('POST', `${talk}/transfer`, { to: '702', note: ' wants to pay ' })).toEqual([
      202,
      { result: 'ordered' },
    ]);
    expect(await takeOrders(house.db, entryId, house.at)).toEqual([
      { kind: 'hold', agentId: 'ana' },
      { kind: 'resume', agentId: 'ana' },
      { kind: 'transfer', agentId: 'ana', to: 'ray', note: 'wants to pay' },
    ]);
    expect(await agent.told('POST', `${talk}/transfer`, {})).toEqual([202, { result: 'ordered' }]);
    expect(await takeOrders(house.db, entryId, house.at)).toEqual([{ kind: 'transfer', agentId: 'ana' }]);
    const written = { act: 'phone.use', staffId: agent.id, resourceId: entryId };
    const audited = (await house.audited('talk')).filter(({ resourceId }) => resourceId === entryId);
    expect(audited).toEqual([
      { ...written, after: { order: 'transfer' } },
      { ...written, after: { order: 'transfer', to: '702' } },
      { ...written, after: { order: 'resume' } },
      { ...written, after: { order: 'hold' } },
    ]);
  });

  test('is refused where there is nothing to do it to, and nothing is written down', async () => {
    const before = (await house.audited('talk')).length;
    for (const what of ['hold', 'resume']) {
      expect(await agent.refused('POST', `${talk}/${what}`)).toEqual([409, 'no-talk']);
      expect(await stranger.refused('POST', `${talk}/${what}`)).toEqual([409, 'not-at-desk']);
    }
    const entryId = await call();
    const pass = (to: string) => agent.refused('POST', `${talk}/transfer`, { to });
    expect(await pass('799')).toEqual([404, 'agent-unknown']);
    expect(await pass('701')).toEqual([409, 'own-extension']);
    expect(await pass('702')).toEqual([409, 'agent-unreachable']);
    await turnAgent(house.db, 'ray', 'ready', house.at);
    await house.db.updateTable('agent').set({ state: 'ringing' }).where('id', '=', 'ray').execute();
    expect(await pass('702')).toEqual([409, 'agent-not-free']);
    await setAside(house.db, entryId, 'paying', house.at);
    for (const what of ['hold', 'resume', 'transfer'])
      expect(await agent.refused('POST', `${talk}/${what}`, {})).toEqual([409, 'card-is-typed']);
    expect(await takeOrders(house.db, entryId, house.at)).toEqual([]);
    expect(await house.audited('talk')).toHaveLength(before);
    const [status] = await agent.refused('POST', `${talk}/transfer`, { to: '702', note: ' ' });
    expect(status).toBe(400);
  });
});

test('an agent says what a talk of theirs was about, in it and after it; another cannot', async () => {
  const entryId = await call();
  const said = (code: string) => ({ entryId, code });
  expect(await agent.told('PUT', talk, said('2'))).toEqual([200, said('2')]);
  await endTalk(house.db, entryId, seconds(30), seconds(60));
  expect(await agent.told('PUT', talk, said('1'))).toEqual([200, said('1')]);
  expect((await mine())['call']).toMatchObject({ code: '1' });
  expect(await agent.refused('PUT', talk, said('8'))).toEqual([422, 'code-unknown']);
  expect(await other.refused('PUT', talk, said('1'))).toEqual([409, 'not-your-talk']);
  expect(await stranger.refused('PUT', talk, said('1'))).toEqual([409, 'not-at-desk']);
  const [last] = await house.audited('talk');
  expect(last).toEqual({ act: 'phone.use', staffId: agent.id, resourceId: entryId, after: { code: '1' } });
});

test('the desk shows who can be rung, and who is on hold', async () => {
  const entryId = await call();
  await setAside(house.db, entryId, 'held', house.at);
  await register('ray');
  const { agents } = await agent.get<{ agents: { id: string }[] }>('/v1/staff/desk');
  expect(agents).toMatchObject([
    { id: 'ana', reachable: false, aside: 'held' },
    { id: 'ray', reachable: true },
  ]);
  expect(agents[1]).not.toHaveProperty('aside');
  await house.db.updateTable('registration').set({ expiresAt: house.at }).execute();
  expect(await agent.get('/v1/staff/desk')).toMatchObject({ agents: [{}, { id: 'ray', reachable: false }] });
});
