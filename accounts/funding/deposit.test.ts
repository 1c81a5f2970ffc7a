import { randomUUID } from 'node:crypto';
import { closeAccount } from '#db/accounts.ts';
import { openDatabase } from '#db/connect.ts';
import { fundingPlan } from '#db/funding.ts';
import { driftedHolders, trialBalance } from '#db/ledger.ts';
import { lowBalancesOf, newestAlert } from '#db/low-balance.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { resolveDeposits } from '../deposits/resolve.ts';
import { Bank, type Way } from '../testing/bank.ts';
import { depositWith } from './deposit.ts';
import { joinFunding } from './enrolment.ts';
import type { FundingDeps, FundingStep } from './ports.ts';
import { serveLowBalance } from './serve-low-balance.ts';
import { Counter, choice, freshMobile } from './testing/counter.ts';
import { answerText, serveTextPay } from './text-pay.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestDatabase;
let counter: Counter;
let bank: Bank;
let before: number;
const inCards = async () => -(await trialBalance(server.db))['card-clearing'];
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(async () => {
  counter = new Counter(server.db);
  bank = new Bank();
  before = await inCards();
});
// Whatever happened: what the gateway says it took is what the ledger says came in.
afterEach(async () => {
  expect((await inCards()) - before).toBe(bank.takenCents + counter.cashCents);
  expect(await driftedHolders(server.db)).toEqual([]);
});
afterAll(() => server.stop());

function deps(onStep?: (step: FundingStep) => void, db = server.db): FundingDeps {
  const deposit = depositWith({ db, gateway: bank, now: () => counter.at });
  return { ...counter.deps(onStep), deposit };
}

async function member(over = {}): Promise<string> {
  const accountId = await counter.account(600);
  const request = { accountId, by: { kind: 'web' }, key: randomUUID(), choice: choice(over) } as const;
  await joinFunding(server.db, deps(), request);
  return accountId;
}
async function fall(accountId: string): Promise<string> {
  await counter.move(accountId, 400 - (await counter.balance(accountId)));
  return (await lowBalancesOf(server.db, accountId))[0]?.id ?? '';
}

test.each<[FundingStep | Way, string]>([
  ['look', 'our process dies before it looks'],
  ['begun', 'our process dies before the deposit'],
  ['process-dies', 'our process dies when the money is taken'],
  ['deposited', 'our process dies before it writes down that the deposit is made'],
  ['settled', 'our process dies when all is written'],
  ['cut-before', 'the line is cut before the gateway hears of it'],
  ['cut-after', 'the line is cut before the gateway answers'],
])('%s: %s; begun again, several at once, one charge', async (trouble) => {
  const id = await member();
  const low = await fall(id);
  const inGateway = ['process-dies', 'cut-before', 'cut-after'].includes(trouble);
  if (inGateway) bank.ways.push(trouble as Way);
  const dying = serveLowBalance(
    server.db,
    deps((step) => {
      if (step === trouble) throw new Error('killed');
    }),
    low,
  ).catch(() => 'died');
  expect(await dying).toEqual(trouble.startsWith('cut') ? { kind: 'pending' } : 'died');
  await Promise.all(Array.from({ length: 4 }, () => serveLowBalance(server.db, deps(), low)));
  expect([...bank.charges.values()]).toMatchObject([{ cents: 2_000, outcome: { kind: 'captured' } }]);
  expect(await counter.balance(id)).toBe(2_400);
  expect(await counter.news(id)).toEqual(['joined', 'autopay-paid']);
  expect((await lowBalancesOf(server.db, id)).map(({ state }) => state)).toEqual(['charged']);
});

test('a gateway that cannot say keeps it open; when the resolver learns that nothing was charged, it is a decline', async () => {
  const id = await member();
  const low = await fall(id);
  bank.ways.push('cut-before');
  bank.silent = true;
  expect(await serveLowBalance(server.db, deps(), low)).toEqual({ kind: 'pending' });
  bank.silent = false;
  counter.at = new Date(counter.at.getTime() + 3_600_000);
  const now = () => counter.at;
  await resolveDeposits({ db: server.db, gateway: bank, now }, { afterMs: 60_000, abandonMs: 600_000 });
  expect(await serveLowBalance(server.db, deps(), low)).toEqual({ kind: 'declined', reason: 'not-charged' });
  expect(bank.takenCents).toBe(0);
  expect(await fundingPlan(server.db, id)).toMatchObject({ declines: 1 });
});

test('an account that is closed between the look and the charge is not charged', async () => {
  const id = await member();
  const low = await fall(id);
  const closing = deps();
  const slow: FundingDeps = {
    ...closing,
    deposit: async (order) => {
      await closeAccount(server.db, id, counter.at);
      return closing.deposit(order);
    },
  };
  expect(await serveLowBalance(server.db, slow, low)).toEqual({ kind: 'declined', reason: 'account-closed' });
  expect(bank.charges.size).toBe(0);
});

test.each(['autopay', 'textpay'] as const)(
  'a %s charge that comes in after closing is not told as money that was added',
  async (mode) => {
    const mobile = freshMobile();
    const id = await member({ mode, mobile });
    const low = await fall(id);
    const closed = { ...deps(), deposit: closingAfter(id) };
    const served = serveLowBalance(server.db, closed, low);
    if (mode === 'textpay') {
      await served;
      await answerText(server.db, deps(), { id: randomUUID(), from: mobile, kind: 'pay', at: counter.at });
      const alertId = (await newestAlert(server.db, mobile))?.id ?? '';
      expect(await serveTextPay(server.db, closed, alertId)).toMatchObject({ kind: 'captured' });
    } else expect(await served).toMatchObject({ kind: 'captured' });
    expect(await counter.balance(id)).toBe(400);
    expect(await counter.news(id)).not.toContain(`${mode}-paid`);
  },
);

/** The card is charged, the account closed, and then the money comes in. */
const closingAfter = (id: string): FundingDeps['deposit'] => {
  const charge: Bank['charge'] = async (order) => {
    const outcome = await bank.charge(order);
    await closeAccount(server.db, id, counter.at);
    return outcome;
  };
  const gateway = { charge, outcomeOf: bank.outcomeOf.bind(bank) };
  return depositWith({ db: server.db, gateway, now: () => counter.at });
};

test('PAY from the text to the ledger', async () => {
  const mobile = freshMobile();
  const id = await member({ mode: 'textpay', mobile });
  expect(await serveLowBalance(server.db, deps(), await fall(id))).toEqual({ kind: 'asked' });
  const pay = () => answerText(server.db, deps(), { id: randomUUID(), from: mobile, kind: 'pay', at: counter.at });
  await Promise.all([pay(), pay(), pay()]);
  const alertId = (await newestAlert(server.db, mobile))?.id ?? '';
  bank.ways.push('process-dies');
  await expect(serveTextPay(server.db, deps(), alertId)).rejects.toThrow();
  expect(await serveTextPay(server.db, deps(), alertId)).toMatchObject({ kind: 'captured' });
  expect(bank.charges.size).toBe(1);
  expect(await newestAlert(server.db, mobile)).toMatchObject({ state: 'paid' });
  expect(await counter.balance(id)).toBe(2_400);
});

test('40 accounts spend, fall and are served by many workers that die at random: one charge for each fall that was served', async () => {
  const crowd = openDatabase(server.url, { max: 20 });
  try {
    const ids = await Promise.all(Array.from({ length: 40 }, () => member({ amountCents: 1_000 })));
    let turn = 7;
    const random = (below: number) => (turn = (turn * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 3; round++) {
      const spending = ids.flatMap((id) =>
        [100, 100, 100].map((cents) => counter.move(id, -cents).catch(() => undefined)),
      );
      await Promise.all(spending);
      const falls = (await Promise.all(ids.map((id) => lowBalancesOf(server.db, id)))).flat();
      const open = falls.filter(({ state }) => state === 'waiting' || state === 'charging').map(({ id }) => id);
      for (let index = 0; index < 10; index++)
        bank.ways.push((['process-dies', 'cut-after', 'declined'] as const)[random(3)] ?? 'captured');
      const steps = ['look', 'begun', 'deposited', 'settled'] as const;
      const attempt = (low: string) => {
        const death = random(2) === 0 ? steps[random(4)] : undefined;
        const dying = deps((step) => {
          if (step === death) throw new Error('killed');
        }, crowd);
        return serveLowBalance(crowd, dying, low).catch(() => undefined);
      };
      await Promise.all([...open, ...open, ...open].map(attempt));
      bank.ways.length = 0;
      await Promise.all([...open, ...open].map((low) => serveLowBalance(crowd, deps(undefined, crowd), low)));
    }
    const falls = (await Promise.all(ids.map((id) => lowBalancesOf(server.db, id)))).flat();
    expect(falls.length).toBeGreaterThanOrEqual(40);
    expect(falls.filter(({ state }) => state === 'waiting' || state === 'charging')).toEqual([]);
    const charged = falls.filter(({ state }) => state === 'charged').length;
    const declined = falls.filter(({ state }) => state === 'declined').length;
    const outcomes = [...bank.charges.values()].map(({ outcome }) => outcome.kind);
    expect(outcomes.filter((kind) => kind === 'captured')).toHaveLength(charged);
    expect(outcomes.filter((kind) => kind === 'declined')).toHaveLength(declined);
    expect(charged + declined).toBe(falls.length);
  } finally {
    await crowd.destroy();
  }
});
