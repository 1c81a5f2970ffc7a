import { randomUUID } from 'node:crypto';
import { refundByAgent } from '#accounts/refunds/refund-by-agent.ts';
import { House } from '#accounts/refunds/testing/house.ts';
import { REFUND } from '#db/card-refunds.ts';
import { handOver, type OutboxEntry } from '#db/outbox.ts';
import { sandboxTakings } from '#db/sandbox-gateway.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Later } from './topic.ts';
import { RefundPending, serveRefund, sweepRefunds, type RefundBench } from './refund.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let house: House;
let bench: RefundBench;
const logged: string[] = [];
const log = {
  info: (_: object, line: string) => void logged.push(`info ${line}`),
  warn: () => undefined,
  error: (_: object, line: string) => void logged.push(`error ${line}`),
};
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(async () => {
  house = new House(server.db);
  bench = { db: server.db, log, deps: house.deps() };
  logged.length = 0;
  await work();
});
afterAll(() => server.stop());

/** What the outbox gives out. */
async function work(): Promise<{ refundId: string }[]> {
  const entries: OutboxEntry[] = [];
  await handOver(server.db, [REFUND], 100, async (some) => void entries.push(...some));
  return entries.map(({ payload }) => payload as { refundId: string });
}

async function refund(): Promise<{ refundId: string }> {
  const accountId = await house.account();
  await house.pay(accountId, 2_000);
  const order = { key: randomUUID(), accountId, cents: 700, agentId: 'a1', reason: 'asked' };
  await refundByAgent(server.db, house.deps(), order);
  const [given] = await work();
  return given ?? { refundId: '' };
}

test('the outbox carries a refund to the gateway, and delivered twice it is given once', async () => {
  const given = await refund();
  const before = await sandboxTakings(server.db);
  expect(await serveRefund(bench, given)).toBe('refunded');
  expect(await serveRefund(bench, given)).toBe('served-before');
  expect((await sandboxTakings(server.db)).refundedCents - before.refundedCents).toBe(700);
  expect(logged).toEqual(['info refund: refunded', 'info refund: served-before']);
});

test('an outcome that is not known is tried again, and one whose job is lost is given out again', async () => {
  const given = await refund();
  const silent = {
    refund: async () => ({ kind: 'unknown' }) as const,
    refundOutcomeOf: async () => ({ kind: 'absent' }) as const,
  };
  const asked = serveRefund({ ...bench, deps: house.deps({ gateway: silent }) }, given);
  await expect(asked).rejects.toThrow(RefundPending);
  await expect(asked).rejects.toBeInstanceOf(Later);
  expect(await sweepRefunds(server.db, new Date(house.at.getTime() - 1))).toBe(0);
  expect(await sweepRefunds(server.db, house.at)).toBe(1);
  expect(await work()).toEqual([given]);
  expect(await serveRefund(bench, given)).toBe('refunded');
  expect(await sweepRefunds(server.db, house.at)).toBe(0);
});

test('a refund in question is logged loudly', async () => {
  const given = await refund();
  const gateway = {
    refund: async () => ({ kind: 'declined', reason: 'exceeds-charge' }) as const,
    refundOutcomeOf: async () => ({ kind: 'absent' }) as const,
  };
  expect(await serveRefund({ ...bench, deps: house.deps({ gateway }) }, given)).toBe('in-question');
  expect(logged).toEqual(['error refund: in question']);
});
