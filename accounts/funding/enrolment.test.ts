import { randomUUID } from 'node:crypto';
import { closeAccount } from '#db/accounts.ts';
import type { Database } from '#db/connect.ts';
import { fundingHistory, fundingPlan } from '#db/funding.ts';
import { lowBalancesOf } from '#db/low-balance.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { changeFunding, joinFunding, leaveFunding } from './enrolment.ts';
import { serveLowBalance } from './serve-low-balance.ts';
import { Counter, choice, freshMobile } from './testing/counter.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let counter: Counter;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const by = { kind: 'web', id: 'u1' } as const;
function open(): Counter {
  return (counter = new Counter(server.db));
}
const join = (accountId: string, over = {}) =>
  joinFunding(server.db, counter.deps(), { accountId, by, key: randomUUID(), choice: choice(over) });
const change = (accountId: string, over = {}) =>
  changeFunding(server.db, counter.deps(), { accountId, by, key: randomUUID(), choice: choice(over) });
const leave = (accountId: string) => leaveFunding(server.db, counter.deps(), { accountId, by, key: randomUUID() });

test('nobody takes part until they choose to', async () => {
  const id = await open().account(600);
  expect(await fundingPlan(server.db, id)).toBeUndefined();
  expect(await leave(id)).toEqual({ kind: 'refused', reason: 'not-enrolled' });
  expect(await change(id)).toEqual({ kind: 'refused', reason: 'not-enrolled' });
});

test('joining and leaving are shown, confirmed and kept in the history', async () => {
  const id = await open().account(600);
  const mobile = freshMobile();
  expect(await join(id, { mode: 'textpay', mobile })).toMatchObject({
    kind: 'joined',
    feeCents: 0,
    plan: { mode: 'textpay', amountCents: 2_000, thresholdCents: 500, mobile, armed: true },
  });
  expect(await join(id)).toEqual({ kind: 'refused', reason: 'already-enrolled' });
  expect(await change(id, { mode: 'both', mobile, amountCents: 5_000 })).toMatchObject({ kind: 'changed' });
  expect(await leave(id)).toMatchObject({ kind: 'left' });
  expect(await leave(id)).toEqual({ kind: 'refused', reason: 'not-enrolled' });
  const confirmed = await counter.notices(id);
  expect(confirmed.map(({ news }) => news)).toEqual([
    { kind: 'joined', mode: 'textpay', amountCents: 2_000 },
    { kind: 'changed', mode: 'both', amountCents: 5_000 },
    { kind: 'left', mode: 'both' },
  ]);
  for (const { to, accountEnding } of confirmed) {
    expect(to).toEqual({ mobile, email: 'family@example.com' });
    expect(accountEnding).toBe(id.slice(-4));
  }
  expect((await fundingHistory(server.db, id)).map(({ kind, mode }) => [kind, mode])).toEqual([
    ['ended', 'both'],
    ['changed', 'both'],
    ['enrolled', 'textpay'],
  ]);
  expect(await join(id)).toMatchObject({ kind: 'joined', plan: { mode: 'autopay', armed: true } });
});

test('a balance is watched as long as a plan is live, whether it begins, ends, or begins again', async () => {
  const id = await open().account(600);
  const watched = async () =>
    (
      await server.db
        .selectFrom('ledgerAccount')
        .select('watched')
        .where('accountId', '=', id)
        .executeTakeFirstOrThrow()
    ).watched;
  const seen = [await watched()];
  for (const act of [join, change, leave, join]) {
    await act(id);
    seen.push(await watched());
  }
  await closeAccount(server.db, id, counter.at);
  expect([...seen, await watched()]).toEqual([false, true, true, false, true, false]);
});

test('AutoPay by e-mail sends no text', async () => {
  const id = await open().account(600);
  await join(id, { mobile: freshMobile() });
  expect((await counter.notices(id)).map(({ to }) => to)).toEqual([{ email: 'family@example.com' }]);
});

test.each([
  ['no-card', { kind: 'none' }],
  ['card-expired', { kind: 'expired' }],
] as const)('without a card that is good nobody joins: %s', async (reason, card) => {
  const id = await open().account(600);
  counter.card = card;
  expect(await join(id)).toEqual({ kind: 'refused', reason });
  expect(await fundingPlan(server.db, id)).toBeUndefined();
  expect(await counter.notices(id)).toEqual([]);
});

test('a closed account does not join, nor one that is not there', async () => {
  const id = await open().account(600);
  await closeAccount(server.db, id, counter.at);
  expect(await join(id)).toEqual({ kind: 'refused', reason: 'account-closed' });
  expect(await join('nobody')).toEqual({ kind: 'refused', reason: 'unknown-account' });
  expect(await leave('nobody')).toEqual({ kind: 'refused', reason: 'unknown-account' });
  expect(await leave(id)).toEqual({ kind: 'refused', reason: 'not-enrolled' });
});

test('who joins with $5.00 or less is served at once, and told so', async () => {
  for (const [cents, low] of [
    [501, false],
    [500, true],
    [0, true],
  ] as const) {
    const id = await open().account(cents);
    const joined = await join(id);
    const [fall] = await lowBalancesOf(server.db, id);
    expect(fall !== undefined, String(cents)).toBe(low);
    expect(joined.kind === 'joined' && joined.lowBalanceId).toBe(fall?.id);
  }
});

test('eight who join one account at once: one does', async () => {
  const id = await open().account(300);
  // Enough between looking and writing for all of them to have looked, if they could.
  const lingering = {
    ...counter.deps(),
    cardOf: async (trx: Database) => {
      for (let look = 0; look < 10; look++) await sql`select 1`.execute(trx);
      return counter.card;
    },
  };
  const ask = () => joinFunding(server.db, lingering, { accountId: id, by, key: randomUUID(), choice: choice() });
  const answers = await Promise.all(Array.from({ length: 8 }, ask));
  expect(answers.filter(({ kind }) => kind === 'joined')).toHaveLength(1);
  expect(await lowBalancesOf(server.db, id)).toHaveLength(1);
  expect(await counter.news(id)).toEqual(['joined']);
});

test('a change charges nothing though the last charge left no more than $5.00 and the next fall is awaited', async () => {
  const id = await open().account(600);
  await join(id, { amountCents: 500 });
  await counter.move(id, -600);
  const [fall] = await lowBalancesOf(server.db, id);
  expect(await serveLowBalance(server.db, counter.deps(), fall?.id ?? '')).toMatchObject({ kind: 'captured' });
  expect(await counter.balance(id)).toBe(500);
  expect(await fundingPlan(server.db, id)).toMatchObject({ armed: true });
  expect(await change(id, { amountCents: 10_000 })).not.toHaveProperty('lowBalanceId');
  expect(await lowBalancesOf(server.db, id)).toHaveLength(1);
});

test('a change of amount charges nothing by itself', async () => {
  const id = await open().account(300);
  await join(id);
  await change(id, { amountCents: 10_000 });
  expect(await lowBalancesOf(server.db, id)).toHaveLength(1);
});
