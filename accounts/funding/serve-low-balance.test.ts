import { randomUUID } from 'node:crypto';
import { closeAccount } from '#db/accounts.ts';
import { fundingHistory, fundingPlan } from '#db/funding.ts';
import { driftedHolders } from '#db/ledger.ts';
import { lowBalancesOf, newestAlert } from '#db/low-balance.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { changeFunding, joinFunding, leaveFunding } from './enrolment.ts';
import { serveLowBalance } from './serve-low-balance.ts';
import { Counter, choice, freshMobile } from './testing/counter.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let counter: Counter;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  counter = new Counter(server.db);
});
afterEach(async () => expect(await driftedHolders(server.db)).toEqual([]));
afterAll(() => server.stop());

const by = { kind: 'web' } as const;
async function member(over = {}): Promise<string> {
  const accountId = await counter.account(600);
  await joinFunding(server.db, counter.deps(), { accountId, by, key: randomUUID(), choice: choice(over) });
  return accountId;
}
const leave = (accountId: string) => leaveFunding(server.db, counter.deps(), { accountId, by, key: randomUUID() });
async function lowest(accountId: string): Promise<string> {
  const [fall] = await lowBalancesOf(server.db, accountId);
  if (!fall) throw new Error('The balance is not low.');
  return fall.id;
}
async function fall(accountId: string, cents = 200): Promise<string> {
  await counter.move(accountId, -cents);
  return lowest(accountId);
}
const serve = (id: string, onStep?: Parameters<Counter['deps']>[0]) =>
  serveLowBalance(server.db, counter.deps(onStep), id);
const stateOf = async (accountId: string) => (await lowBalancesOf(server.db, accountId))[0];

test('AutoPay charges the preset amount, says so, and is ready for the next fall', async () => {
  const id = await member();
  const low = await fall(id);
  expect(await serve(low)).toMatchObject({ kind: 'captured', depositId: `deposit-of-autopay:${low}` });
  expect(counter.charges).toEqual([{ key: `autopay:${low}`, cents: 2_000, token: 'tok_1' }]);
  expect(await counter.balance(id)).toBe(2_400);
  expect(await stateOf(id)).toMatchObject({ state: 'charged' });
  expect((await counter.notices(id)).at(-1)?.news).toMatchObject({
    kind: 'autopay-paid',
    cents: 2_000,
    balanceCents: 2_400,
    cardLastFour: '4242',
  });
  expect(await serve(low)).toEqual({ kind: 'served-before' });
  const next = await fall(id, 1_900);
  expect(next).not.toBe(low);
  expect(await serve(next)).toMatchObject({ kind: 'captured' });
  expect(counter.charges).toHaveLength(2);
});

test('$5 on an empty account lands on the threshold, charges once, and the next fall is served', async () => {
  const id = await member({ amountCents: 500 });
  await serve(await fall(id, 600));
  expect(await counter.balance(id)).toBe(500);
  expect(await lowBalancesOf(server.db, id)).toHaveLength(1);
  const next = await fall(id, 100);
  expect(await serve(next)).toMatchObject({ kind: 'captured' });
  expect(counter.charges).toHaveLength(2);
});

test.each(['look', 'begun', 'deposited', 'settled'] as const)(
  'dying at "%s" and beginning again, several at once, charges once and tells once',
  async (death) => {
    const id = await member();
    const low = await fall(id);
    const dying = serve(low, (step) => {
      if (step === death) throw new Error(`killed at ${death}`);
    });
    await expect(dying).rejects.toThrow(`killed at ${death}`);
    // A new card in between does not change what was ordered.
    const begun = death !== 'look';
    counter.card = { kind: 'card', card: { token: 'tok_2', brand: 'visa', lastFour: '1881' } };
    await Promise.all(Array.from({ length: 4 }, () => serve(low)));
    expect(counter.charges).toEqual([{ key: `autopay:${low}`, cents: 2_000, token: begun ? 'tok_1' : 'tok_2' }]);
    expect(await counter.balance(id)).toBe(2_400);
    expect(await counter.news(id)).toEqual(['joined', 'autopay-paid']);
    expect(await fundingPlan(server.db, id)).toMatchObject({ armed: true });
  },
);

test('while the gateway has not said, nothing more is charged; then it is settled once', async () => {
  const id = await member();
  const low = await fall(id);
  counter.mood = 'unknown';
  expect(await serve(low)).toEqual({ kind: 'pending' });
  expect(await serve(low)).toEqual({ kind: 'pending' });
  // Paid by hand and spent again meanwhile: a second fall, which waits.
  await counter.move(id, 500);
  const second = await fall(id, 500);
  expect(second).not.toBe(low);
  expect(await serve(second)).toEqual({ kind: 'wait' });
  counter.mood = 'approve';
  expect(await serve(low)).toMatchObject({ kind: 'captured' });
  expect(await fundingPlan(server.db, id)).toMatchObject({ armed: true }); // the balance is above again
  expect(await serve(second)).toEqual({ kind: 'dropped', reason: 'not-low' });
  expect(counter.charges).toHaveLength(1);
});

test('a payment that lands while a later fall waits, and leaves the balance low, does not make room for a third', async () => {
  const id = await member({ amountCents: 500 });
  const first = await fall(id, 600);
  counter.mood = 'unknown';
  await serve(first);
  await counter.move(id, 600);
  const second = await fall(id, 600);
  counter.mood = 'approve';
  expect(await serve(first)).toMatchObject({ kind: 'captured' });
  expect(await fall(id, 100)).toBe(second);
  expect(await serve(second)).toMatchObject({ kind: 'captured' });
  expect(counter.charges).toHaveLength(2);
});

test('who turns to TextPay while the card is being charged is not asked until it is known what became of that', async () => {
  const id = await member();
  const first = await fall(id);
  counter.mood = 'unknown';
  await serve(first);
  const mobile = freshMobile();
  const texting = choice({ mode: 'textpay', mobile });
  await changeFunding(server.db, counter.deps(), { accountId: id, by, key: randomUUID(), choice: texting });
  await counter.move(id, 500);
  const second = await fall(id, 500);
  expect(await serve(second)).toEqual({ kind: 'wait' });
  expect(await newestAlert(server.db, mobile)).toBeUndefined();
  counter.mood = 'approve';
  expect(await serve(first)).toMatchObject({ kind: 'captured' });
  expect(await serve(second)).toEqual({ kind: 'dropped', reason: 'not-low' });
});

test('a gateway that is down is asked again later', async () => {
  const id = await member();
  const low = await fall(id);
  counter.mood = 'down';
  await expect(serve(low)).rejects.toThrow('down');
  counter.mood = 'approve';
  expect(await serve(low)).toMatchObject({ kind: 'captured' });
  expect(counter.charges).toHaveLength(1);
});

test('who paid in before AutoPay came to it is not charged', async () => {
  const id = await member();
  const low = await fall(id);
  await counter.move(id, 1_000);
  expect(await serve(low)).toEqual({ kind: 'dropped', reason: 'not-low' });
  expect(counter.charges).toEqual([]);
});

test('who left, or closed the account, before AutoPay came to it is not charged', async () => {
  for (const end of [leave, (id: string) => closeAccount(server.db, id, counter.at)]) {
    const id = await member();
    const low = await fall(id);
    await end(id);
    expect(await serve(low)).toEqual({ kind: 'served-before' });
  }
  expect(counter.charges).toEqual([]);
});

test('leaving and joining again with a low balance charges once', async () => {
  const id = await member();
  const first = await fall(id);
  await leave(id);
  await joinFunding(server.db, counter.deps(), { accountId: id, by, key: randomUUID(), choice: choice() });
  const second = await lowest(id);
  expect(second).not.toBe(first);
  await Promise.all([serve(first), serve(second), serve(first), serve(second)]);
  expect(counter.charges).toEqual([{ key: `autopay:${second}`, cents: 2_000, token: 'tok_1' }]);
});

test('who leaves while the card is being charged hears of the money that was taken', async () => {
  const id = await member();
  const low = await fall(id);
  await expect(
    serve(low, (step) => {
      if (step === 'deposited') throw new Error('killed');
    }),
  ).rejects.toThrow('killed');
  await leave(id);
  expect(await serve(low)).toMatchObject({ kind: 'captured' });
  expect(await counter.news(id)).toEqual(['joined', 'left', 'autopay-paid']);
  expect(await fundingPlan(server.db, id)).toBeUndefined();
});

test('declined: told once, not tried again until the balance was above $5.00; three in a row suspend AutoPay', async () => {
  const id = await member();
  counter.mood = 'decline';
  for (const round of [1, 2, 3]) {
    const low = await fall(id, 200);
    expect(await serve(low)).toEqual({ kind: 'declined', reason: 'insufficient-funds' });
    expect(await serve(low)).toEqual({ kind: 'served-before' });
    await counter.move(id, -50);
    expect(await lowest(id)).toBe(low);
    await counter.move(id, 250);
    expect((await counter.notices(id)).at(-1)?.news).toMatchObject({
      kind: 'autopay-declined',
      suspended: round === 3,
    });
  }
  counter.mood = 'approve';
  expect(await serve(await fall(id, 200))).toEqual({ kind: 'dropped', reason: 'suspended' });
  expect(counter.charges).toEqual([]);
  expect((await fundingHistory(server.db, id))[0]).toMatchObject({ kind: 'suspended', byKind: 'house' });

  const changed = await changeFunding(server.db, counter.deps(), {
    accountId: id,
    by,
    key: randomUUID(),
    choice: choice({ amountCents: 1_000 }),
  });
  expect(changed).toMatchObject({ kind: 'changed', lowBalanceId: await lowest(id) });
  expect(await serve(await lowest(id))).toMatchObject({ kind: 'captured' });
  expect(counter.charges).toMatchObject([{ cents: 1_000 }]);
});

test('a payment in between begins the count of declines anew', async () => {
  const id = await member();
  for (const mood of ['decline', 'decline', 'approve', 'decline', 'decline'] as const) {
    counter.mood = mood;
    await serve(await fall(id, (await counter.balance(id)) - 400));
    await counter.move(id, 1_000);
  }
  expect(await fundingPlan(server.db, id)).toMatchObject({ declines: 2 });
});

test.each([
  ['no-card', { kind: 'none' }],
  ['card-expired', { kind: 'expired' }],
] as const)('a card that is gone counts as a decline, and the gateway is not asked: %s', async (reason, card) => {
  const id = await member();
  const low = await fall(id);
  counter.card = card;
  counter.mood = 'down';
  expect(await serve(low)).toEqual({ kind: 'declined', reason });
  expect(await fundingPlan(server.db, id)).toMatchObject({ declines: 1, armed: false });
});

test('with both, TextPay asks when AutoPay was declined, and only then', async () => {
  const mobile = freshMobile();
  const id = await member({ mode: 'both', mobile });
  expect(await serve(await fall(id))).toMatchObject({ kind: 'captured' });
  expect(await newestAlert(server.db, mobile)).toBeUndefined();
  counter.mood = 'decline';
  expect(await serve(await fall(id, 1_900))).toMatchObject({ kind: 'declined' });
  expect(await stateOf(id)).toMatchObject({ state: 'asked' });
  expect(await newestAlert(server.db, mobile)).toMatchObject({ accountId: id, cents: 2_000, state: 'open' });
  expect((await counter.news(id)).slice(-2)).toEqual(['autopay-declined', 'textpay-asked']);
});

test('the sixth text of a month is not sent: TextPay does not ask, and tells by e-mail', async () => {
  const mobile = freshMobile();
  const id = await member({ mode: 'textpay', mobile });
  for (let text = 1; text <= 6; text++) {
    expect(await serve(await fall(id, 200)), String(text)).toEqual(
      text <= 5 ? { kind: 'asked' } : { kind: 'dropped', reason: 'text-limit' },
    );
    await counter.move(id, 200);
  }
  expect((await counter.notices(id)).at(-1)).toMatchObject({
    news: { kind: 'balance-low', balanceCents: 400 },
    to: { email: 'family@example.com' },
  });
  counter.at = new Date('2026-06-01T07:00:00Z');
  expect(await serve(await fall(id, 200))).toEqual({ kind: 'asked' });
});

test('AutoPay charges although the texts of the month are used up, and tells by e-mail alone', async () => {
  const mobile = freshMobile();
  const id = await member({ notices: 'text', mobile });
  for (let text = 1; text <= 6; text++) await serve(await fall(id, (await counter.balance(id)) - 400));
  expect(counter.charges).toHaveLength(6);
  const paid = (await counter.notices(id)).filter(({ news }) => news.kind === 'autopay-paid');
  expect(paid.map(({ to }) => to)).toEqual([
    ...Array.from({ length: 5 }, () => ({ mobile })),
    { email: 'family@example.com' },
  ]);
});

test('several accounts share the five texts of one mobile', async () => {
  const mobile = freshMobile();
  const kinds: string[] = [];
  for (let index = 0; index < 3; index++) {
    const id = await member({ mode: 'textpay', mobile });
    for (let text = 0; text < 2; text++) {
      kinds.push((await serve(await fall(id, 200))).kind);
      await counter.move(id, 200);
    }
  }
  expect(kinds).toEqual(['asked', 'asked', 'asked', 'asked', 'asked', 'dropped']);
});
