import { randomUUID } from 'node:crypto';
import { closeAccount as markClosed } from '#db/accounts.ts';
import { closeCall, openCall, setNumber } from '#db/calls.ts';
import { findCheques } from '#db/cheques.ts';
import { openDatabase } from '#db/connect.ts';
import { placeHold } from '#db/holds.ts';
import { trialBalance } from '#db/ledger.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { lastUsedAt, recordActivity } from '#db/unclaimed.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { joinFunding } from '../funding/enrolment.ts';
import { choice, Counter } from '../funding/testing/counter.ts';
import { freshNumber, House } from '../refunds/testing/house.ts';
import { isDormant } from './clock.ts';
import { accountsToSetAside, claimBack, setAside } from './set-aside.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let house: House;
beforeAll(async () => {
  server = await startTestDatabase();
  await seedDemo(server.db, { pinPepper: 'p', realm: 'r', now: new Date('2026-05-01') });
});
beforeEach(() => {
  house = new House(server.db);
});
afterAll(() => server.stop());

const listed = async (id: string) =>
  (await accountsToSetAside(server.db, house.deps(), { limit: 1_000 })).some(({ accountId }) => accountId === id);
const act = (accountId: string) => ({ key: randomUUID(), accountId, agentId: 'a1', reason: 'no use for 180 days' });
const aside = (order: ReturnType<typeof act>) => setAside(server.db, house.deps(), order);
const code = async (id: string) => {
  const result = await aside(act(id));
  return result.kind === 'refused' ? result.code : result.kind;
};
async function funded(): Promise<string> {
  const id = await house.account();
  await house.mailIn(id, 2_000);
  return id;
}

test('180 days in a row, to the moment (47 CFR 64.6130)', () => {
  const used = new Date('2026-01-01T00:00:00Z');
  expect(isDormant(used, new Date('2026-06-29T23:59:59.999Z'), 180)).toBe(false);
  expect(isDormant(used, new Date('2026-06-30T00:00:00Z'), 180)).toBe(true);
});

test('an account is listed after 180 days and not before, and listing moves nothing', async () => {
  const id = await funded();
  house.days(179);
  expect(await listed(id)).toBe(false);
  expect(await code(id)).toBe('in-use');
  house.days(1);
  expect(await listed(id)).toBe(true);
  expect(await house.balance(id)).toBe(2_000);
});

const uses: [string, (id: string) => Promise<unknown>][] = [
  ['a deposit', (id) => house.pay(id, 200)],
  ['a payment by mail', (id) => house.mailIn(id, 200)],
  ['a charge', (id) => house.spend(id, 100)],
  ['a sign-in', (accountId) => recordActivity(server.db, { accountId, kind: 'sign-in', at: house.at })],
];
test.each(uses)('%s begins the 180 days anew', async (_, use) => {
  const id = await funded();
  house.days(170);
  await use(id);
  house.days(179);
  expect(await listed(id)).toBe(false);
  house.days(1);
  expect(await listed(id)).toBe(true);
});

test('a card payment that was only tried begins them anew', async () => {
  const id = await funded();
  house.days(170);
  await house.payRefused(id, 200);
  house.days(10);
  expect(await listed(id)).toBe(false);
});

test('a call to one of its numbers begins them anew, the last one counts; one that policy turned away does not', async () => {
  const number = freshNumber();
  const id = await house.account(number);
  await house.mailIn(id, 2_000);
  for (const [days, endedBy] of [
    [20, 'outside'],
    [130, 'outside'],
    [30, 'policy'],
  ] as const) {
    house.days(days);
    const call = randomUUID();
    const leg = { facilityId: 'rio-claro', node: 'n', callerLeg: { sipCallId: call }, offHookAt: house.at };
    await openCall(server.db, { id: call, ...leg });
    await setNumber(server.db, call, number, house.at);
    await closeCall(server.db, call, { disposition: 'x', cause: 'x', endedBy, states: { done: house.at } });
  }
  // 30 days have passed since the last call that rang.
  house.days(149);
  expect(await listed(id)).toBe(false);
  house.days(1);
  expect(await listed(id)).toBe(true);
});

test('a call to a number that was not its own yet is no use of it', async () => {
  const number = freshNumber();
  const id = await house.account(number);
  await house.mailIn(id, 2_000);
  house.days(100);
  const call = randomUUID();
  const leg = { facilityId: 'rio-claro', node: 'n', callerLeg: { sipCallId: call }, offHookAt: house.at };
  await openCall(server.db, { id: call, ...leg });
  await setNumber(server.db, call, number, house.at);
  await server.db
    .updateTable('accountNumber')
    .set({ addedAt: new Date(house.at.getTime() + 1) })
    .where('accountId', '=', id)
    .execute();
  house.days(80);
  expect(await listed(id)).toBe(true);
});

test('accounts are listed in pages', async () => {
  const [one = '', two = ''] = [await funded(), await funded()].sort();
  house.days(180);
  const page = (after: string) => accountsToSetAside(server.db, house.deps(), { after, limit: 1_000 });
  const ids = (await page(one)).map(({ accountId }) => accountId);
  expect([ids.includes(one), ids.includes(two)]).toEqual([false, true]);
});

test('a late word of an earlier sign-in takes nothing back', async () => {
  const accountId = await funded();
  house.days(100);
  await recordActivity(server.db, { accountId, kind: 'sign-in', at: house.at });
  await recordActivity(server.db, { accountId, kind: 'sign-in', at: new Date('2026-05-05') });
  house.days(100);
  expect(await listed(accountId)).toBe(false);
});

test('an agent sets funds aside, once, and they come back whenever they are claimed', async () => {
  const id = await funded();
  house.days(200);
  const order = act(id);
  const before = await trialBalance(server.db);
  const result = await aside(order);
  expect(await aside(order)).toEqual(result);
  const reused = { kind: 'refused', code: 'key-reused' };
  expect(await aside({ ...order, accountId: await funded() })).toEqual(reused);
  // It is no use of the account.
  expect(await lastUsedAt(server.db, id)).toEqual(new Date('2026-05-04T19:00:00Z'));
  expect((await trialBalance(server.db)).unclaimed - before.unclaimed).toBe(2_000);
  expect(await house.balance(id)).toBe(0);
  house.days(5_000);
  const fundId = result.kind === 'set-aside' ? result.fund.id : '';
  const pool = openDatabase(server.url, { max: 8, connectMs: 15_000, statementMs: 15_000 });
  const claim = () => claimBack(pool, house.deps(), { fundId, agentId: 'a2' });
  const claims = await Promise.all(Array.from({ length: 8 }, claim));
  await pool.destroy();
  expect(claims.filter((kind) => kind === 'on-account')).toHaveLength(1);
  expect(claims.filter((kind) => kind === 'claimed-before')).toHaveLength(7);
  expect(await house.balance(id)).toBe(2_000);
  expect(await listed(id)).toBe(false);
});

test('funds of an account that was closed meanwhile are paid by cheque', async () => {
  const id = await funded();
  house.days(200);
  const result = await aside(act(id));
  await markClosed(server.db, id, house.at);
  const claim = { fundId: result.kind === 'set-aside' ? result.fund.id : '', agentId: 'a1' };
  expect(await claimBack(server.db, house.deps(), claim)).toBe('by-cheque');
  expect(await findCheques(server.db, { accountId: id })).toMatchObject([{ cause: 'claimed', cents: 2_000 }]);
});

test('what is not to be set aside is refused with a code', async () => {
  const id = await funded();
  const charged = await funded();
  const counter = new Counter(server.db);
  const join = { accountId: charged, by: { kind: 'web' }, key: charged, choice: choice() } as const;
  await joinFunding(server.db, counter.deps(), join);
  house.days(200);
  expect(await code('nobody')).toBe('unknown-account');
  expect(await aside({ ...act(id), reason: ' ' })).toEqual({ kind: 'refused', code: 'reason-missing' });
  expect(await aside({ ...act(id), agentId: '' })).toEqual({ kind: 'refused', code: 'reason-missing' });
  expect(await code(charged)).toBe('autopay-on');
  const empty = await house.account();
  house.days(200);
  expect(await code(empty)).toBe('nothing-there');
  const hold = { key: randomUUID(), accountId: id, cents: 100, reason: 'call', at: house.at };
  await placeHold(server.db, { ...hold, expiresAt: new Date(house.at.getTime() + 1_000) });
  expect(await code(id)).toBe('call-in-progress');
  expect(await listed(id)).toBe(false);
  expect(await claimBack(server.db, house.deps(), { fundId: '0', agentId: 'a1' })).toBe('unknown-fund');
});
