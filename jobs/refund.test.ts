import { randomUUID } from 'node:crypto';
import { refundByAgent } from '#accounts/refunds/refund-by-agent.ts';
import { hearGateway } from '#accounts/deposits/hear-gateway.ts';
import { House } from '#accounts/refunds/testing/house.ts';
import { findCardRefund, REFUND, REFUND_FAILED } from '#db/card-refunds.ts';
import { findCheques } from '#db/cheques.ts';
import { handOver, type OutboxEntry } from '#db/outbox.ts';
import { sandboxTakings } from '#db/sandbox-gateway.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Later, subjectOf, type Topic } from './topic.ts';
import { topicsOf, type TopicsBench } from './topics.ts';
import { RefundPending, reviewRefund, serveRefund, sweepCarriedOut, sweepRefunds, type RefundBench } from './refund.ts';

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
async function work(topic = REFUND): Promise<{ refundId: string }[]> {
  const entries: OutboxEntry[] = [];
  await handOver(server.db, [topic], 100, async (some) => void entries.push(...some));
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

type Known = Awaited<ReturnType<RefundBench['deps']['gateway']['refundOutcomeOf']>>;

/** The gateway tells that it failed; its job does what the outbox gives out, while the gateway answers this. */
async function toldThatItFailed(refundId: string, known: Known): Promise<unknown> {
  const charges = {
    charge: () => Promise.reject(new Error('charged')),
    outcomeOf: async () => ({ kind: 'absent' }) as const,
  };
  const event = { kind: 'refund-failed', eventId: 'evt_1', key: refundId, refundId: 're_1', cents: 700 } as const;
  const heard = await hearGateway({ db: server.db, gateway: charges, now: () => house.at }, event);
  const given = await work(REFUND_FAILED);
  expect([heard, given]).toEqual(['asked-again', [{ refundId }]]);
  const gateway = { refund: () => Promise.reject(new Error('ordered again')), refundOutcomeOf: async () => known };
  // Nothing else of the bench is for this topic.
  const all = { ...bench, refunds: house.deps({ gateway }) } as unknown as TopicsBench;
  const topic = topicsOf(all).find(({ name }) => name === REFUND_FAILED) as Topic;
  return topic.work({ id: subjectOf(topic, given[0] ?? {}) ?? '', signal: new AbortController().signal });
}

test('a refund that failed after it was carried out goes by cheque, by the job that a webhook leads to', async () => {
  const { refundId } = await refund();
  await serveRefund(bench, { refundId });
  logged.length = 0;
  expect(await toldThatItFailed(refundId, { kind: 'refunded', refundId: 're_1' })).toBe('stands');
  await expect(toldThatItFailed(refundId, { kind: 'unknown' })).rejects.toBeInstanceOf(Later);
  expect(await toldThatItFailed(refundId, { kind: 'absent' })).toBe('unexplained');
  expect((await findCardRefund(server.db, refundId))?.state).toBe('refunded');
  expect(await toldThatItFailed(refundId, { kind: 'declined', reason: 'declined' })).toBe('by-cheque');
  const { accountId = '', state } = (await findCardRefund(server.db, refundId)) ?? {};
  expect(state).toBe('declined');
  expect(await findCheques(server.db, { accountId })).toMatchObject([{ cents: 700, cause: 'card-declined' }]);
  expect(logged).toEqual(['info refund: stands', 'error refund: unexplained', 'info refund: by-cheque']);
});

const failed = { kind: 'declined', reason: 'declined' } as const;
/** The gateway, asked about a refund, answers this. */
const knowing = (known: Known | (() => Promise<Known>)) => ({
  ...bench,
  deps: house.deps({
    gateway: {
      refund: () => Promise.reject(new Error('ordered again')),
      refundOutcomeOf: typeof known === 'function' ? known : async () => known,
    },
  }),
});
async function hearThatItFailed(refundId: string): Promise<void> {
  const deps = { db: server.db, gateway: house.gateway, now: () => house.at };
  const event = { kind: 'refund-failed', eventId: 'evt_1', key: refundId, refundId: 're_1', cents: 700 } as const;
  expect(await hearGateway(deps, event)).toBe('asked-again');
}
/** One that was carried out; nothing else is to be looked at. */
async function carriedOut(): Promise<{ refundId: string }> {
  await server.db.updateTable('cardRefund').set({ lookAgainAt: null }).execute();
  const given = await refund();
  await serveRefund(bench, given);
  return given;
}
const minutes = (many: number) => void (house.at = new Date(house.at.getTime() + many * 60_000));
const lookAgainAt = async (id: string) => (await findCardRefund(server.db, id))?.lookAgainAt;

test('that a refund failed is not forgotten with its job, however long the gateway says nothing of it', async () => {
  const { refundId } = await carriedOut();
  await hearThatItFailed(refundId);
  expect(await work(REFUND_FAILED)).toEqual([{ refundId }]);
  const pending = reviewRefund(knowing({ kind: 'unknown' }), { refundId });
  await expect(pending).rejects.toThrow(RefundPending);
  // The queue has given up long ago.
  house.days(60);
  expect(await sweepCarriedOut(server.db, house.at)).toBe(1);
  expect(await work(REFUND_FAILED)).toEqual([{ refundId }]);
  expect(await reviewRefund(knowing(failed), { refundId })).toBe('by-cheque');
  expect(await reviewRefund(knowing(failed), { refundId })).toBe('served-before');
  expect(await sweepCarriedOut(server.db, house.at)).toBe(0);
  const { accountId = '' } = (await findCardRefund(server.db, refundId)) ?? {};
  expect(await findCheques(server.db, { accountId })).toMatchObject([{ cents: 700, cause: 'card-declined' }]);
  expect((await house.news(accountId)).map(({ kind }) => kind)).toEqual(['card-refunded', 'card-refund-by-cheque']);
});

test('one of which the gateway never told that it failed is found out on its days', async () => {
  const { refundId } = await carriedOut();
  expect(await sweepCarriedOut(server.db, new Date(house.at.getTime() + 24 * 3_600_000 - 1))).toBe(0);
  for (const days of [1, 2, 4, 7]) {
    house.days(days);
    expect(await sweepCarriedOut(server.db, house.at)).toBe(1);
    expect(await work(REFUND_FAILED)).toEqual([{ refundId }]);
    expect(await reviewRefund(knowing({ kind: 'refunded', refundId: 're_1' }), { refundId })).toBe('stands');
    expect(await sweepCarriedOut(server.db, house.at)).toBe(0);
  }
  house.days(16);
  expect(await sweepCarriedOut(server.db, house.at)).toBe(1);
  expect(await reviewRefund(knowing(failed), { refundId })).toBe('by-cheque');
});

test('one that stands to the end is not looked at any more, until the gateway tells that it failed', async () => {
  const { refundId } = await carriedOut();
  house.days(46);
  expect(await reviewRefund(knowing({ kind: 'refunded', refundId: 're_1' }), { refundId })).toBe('stands');
  house.days(300);
  expect(await sweepCarriedOut(server.db, house.at)).toBe(0);
  await hearThatItFailed(refundId);
  expect(await sweepCarriedOut(server.db, house.at)).toBe(1);
  expect(await reviewRefund(knowing(failed), { refundId })).toBe('by-cheque');
});

test('what the gateway tells while it is being asked is looked at after that', async () => {
  const { refundId } = await carriedOut();
  await hearThatItFailed(refundId);
  const asking = knowing(async () => {
    minutes(1);
    await hearThatItFailed(refundId);
    return { kind: 'refunded', refundId: 're_1' };
  });
  expect(await reviewRefund(asking, { refundId })).toBe('stands');
  expect(await lookAgainAt(refundId)).toEqual(house.at);
  expect(await reviewRefund(knowing({ kind: 'absent' }), { refundId })).toBe('unexplained');
  expect((await lookAgainAt(refundId))?.getTime()).toBeGreaterThan(house.at.getTime());
});

test('the gateway is asked by its own name of the refund', async () => {
  const { refundId } = await carriedOut();
  const asked: unknown[] = [];
  const outcome = house.gateway.refundOutcomeOf.bind(house.gateway);
  const gateway = {
    refund: house.gateway.refund.bind(house.gateway),
    refundOutcomeOf: (key: string, name?: string) => {
      asked.push(key, name);
      return outcome(key);
    },
  };
  await reviewRefund({ ...bench, deps: house.deps({ gateway }) }, { refundId });
  const { gatewayRefundId } = (await findCardRefund(server.db, refundId)) ?? {};
  expect(gatewayRefundId).toMatch(/^re_/);
  expect(asked).toEqual([refundId, gatewayRefundId]);
});
