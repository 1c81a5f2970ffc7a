import { randomUUID } from 'node:crypto';
import { joinFunding } from '#accounts/funding/enrolment.ts';
import { Counter, choice, freshMobile } from '#accounts/funding/testing/counter.ts';
import { answerText } from '#accounts/funding/text-pay.ts';
import { LOW_BALANCE, TEXT_PAY } from '#db/low-balance.ts';
import { handOver, type OutboxEntry } from '#db/outbox.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { NotYet, serveLowBalance, serveTextPay, sweepFunding, type FundingBench } from './serve-low-balance.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let counter: Counter;
let bench: FundingBench;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  counter = new Counter(server.db);
  bench = { db: server.db, log, deps: counter.deps() };
});
afterAll(() => server.stop());

async function member(over = {}): Promise<string> {
  const accountId = await counter.account(600);
  const request = { accountId, by: { kind: 'web' }, key: randomUUID(), choice: choice(over) } as const;
  await joinFunding(server.db, counter.deps(), request);
  return accountId;
}

/** Serves what the outbox holds, twice each, as a queue that delivers at least once. */
async function relay(): Promise<string[]> {
  const work: OutboxEntry[] = [];
  await handOver(server.db, [LOW_BALANCE, TEXT_PAY], 100, async (entries) => void work.push(...entries));
  const ends: string[] = [];
  for (const { topic, payload } of [...work, ...work])
    ends.push(
      topic === LOW_BALANCE
        ? await serveLowBalance(bench, payload as { lowBalanceId: string })
        : await serveTextPay(bench, payload as { alertId: string }),
    );
  return ends;
}

test('from the posting to the charge: the outbox carries the fall, and delivered twice it charges once', async () => {
  const id = await member();
  await counter.move(id, -200);
  expect(await relay()).toEqual(['captured', 'served-before']);
  expect(counter.charges).toHaveLength(1);
  expect(await counter.balance(id)).toBe(2_400);
  expect(await relay()).toEqual([]);
});

test('from the posting to the text to the charge', async () => {
  const mobile = freshMobile();
  const id = await member({ mode: 'textpay', mobile });
  await counter.move(id, -200);
  expect(await relay()).toEqual(['asked', 'served-before']);
  await answerText(server.db, bench.deps, { id: 'SM1', from: mobile, kind: 'pay', at: counter.at });
  expect(await relay()).toEqual(['captured', 'served-before']);
  expect(counter.charges).toHaveLength(1);
});

test('what the gateway has not said is not done yet; the sweeper gives it out again until it is', async () => {
  const mobile = freshMobile();
  const payer = await member({ mode: 'textpay', mobile });
  await counter.move(payer, -200);
  await relay();
  await answerText(server.db, bench.deps, { id: 'SM2', from: mobile, kind: 'pay', at: counter.at });
  const saver = await member();
  await counter.move(saver, -200);
  counter.mood = 'unknown';
  await expect(relay()).rejects.toBeInstanceOf(NotYet);

  expect(await sweepFunding(server.db, counter.at)).toBe(0); // too young
  counter.mood = 'approve';
  expect(await sweepFunding(server.db, new Date(counter.at.getTime() + 1))).toBe(2);
  expect((await relay()).filter((kind) => kind === 'captured')).toHaveLength(2);
  expect(await sweepFunding(server.db, new Date(counter.at.getTime() + 1))).toBe(0);
  expect(counter.charges).toHaveLength(2);
});
