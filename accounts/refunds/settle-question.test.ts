import { randomUUID } from 'node:crypto';
import { findCardRefund, lookAtOnce, refundsInQuestion, refundsToLookAt } from '#db/card-refunds.ts';
import { findCheques } from '#db/cheques.ts';
import { openDatabase } from '#db/connect.ts';
import { findPosting, trialBalance } from '#db/ledger.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { refundByAgent } from './refund-by-agent.ts';
import { reviewRefund } from './review-refund.ts';
import { serveRefund } from './serve-refund.ts';
import { settleQuestion, type Finding } from './settle-question.ts';
import { House } from './testing/house.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let house: House;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  house = new House(server.db);
});
afterAll(() => server.stop());

/** $7 of a charge of which the gateway says that there is less left of it. */
async function question(): Promise<{ accountId: string; refundId: string }> {
  const accountId = await house.account();
  await house.pay(accountId, 2_000);
  const order = { key: randomUUID(), accountId, cents: 700, agentId: 'a1', reason: 'asked' };
  const given = await refundByAgent(server.db, house.deps(), order);
  const refundId = given.kind === 'given-back' ? (given.givenBack.cards[0]?.id ?? '') : '';
  const refund = async () => ({ kind: 'declined', reason: 'exceeds-charge' }) as const;
  const gateway = { refund, refundOutcomeOf: async () => ({ kind: 'absent' }) as const };
  expect((await serveRefund(server.db, house.deps({ gateway }), refundId)).kind).toBe('in-question');
  return { accountId, refundId };
}
const settle = (refundId: string, found: Finding, over = {}, db = server.db) =>
  settleQuestion(db, house.deps(), { refundId, agentId: 'a2', reason: 'asked Stripe', found, ...over });
async function moved(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await trialBalance(server.db);
  await work();
  const after = Object.entries(await trialBalance(server.db));
  const changes = after.map(([name, cents]) => [name, cents - before[name as keyof typeof before]] as const);
  return Object.fromEntries(changes.filter(([, cents]) => cents !== 0));
}
const kinds = async (accountId: string) => (await house.news(accountId)).map(({ kind }) => kind);
const byCard = { 'refunds-payable': -700, 'card-clearing': 700 };

test('charged back: the bank took it by itself, nothing is owed, and nobody is sent anything', async () => {
  const { accountId, refundId } = await question();
  const changes = await moved(async () =>
    expect(await settle(refundId, { kind: 'charged-back' })).toMatchObject({
      kind: 'settled',
      refund: {
        state: 'charged-back',
        declineReason: 'exceeds-charge',
        decided: { byId: 'a2', reason: 'asked Stripe' },
      },
    }),
  );
  expect(changes).toEqual(byCard);
  expect(await findPosting(server.db, { key: `card-charged-back ${refundId}` })).toMatchObject({
    ...{ kind: 'card-charged-back', memo: { accountId, refundId, lastFour: '4242' } },
  });
  expect(await kinds(accountId)).toEqual([]);
  expect(await findCheques(server.db, { accountId })).toEqual([]);
  // It counts as given back: no more than the rest of the payment can be.
  const more = { key: randomUUID(), accountId, cents: 1_300, agentId: 'a1', reason: 'asked' };
  expect(await refundByAgent(server.db, house.deps(), more)).toMatchObject({
    givenBack: { cards: [{ cents: 1_300 }], cheques: [] },
  });
});

test('refunded after all: under the gateway’s id, which is one refund’s only, and the holder hears of it', async () => {
  const [one, other] = [await question(), await question()];
  const found = { kind: 'refunded', gatewayRefundId: `re ${one.refundId}` } as const;
  const changes = await moved(async () =>
    expect(await settle(one.refundId, found)).toMatchObject({ kind: 'settled', refund: { state: 'refunded' } }),
  );
  expect(changes).toEqual(byCard);
  expect(await kinds(one.accountId)).toEqual(['card-refunded']);
  const taken = { kind: 'refused', code: 'refund-id-taken' };
  expect(await moved(async () => expect(await settle(other.refundId, found)).toEqual(taken))).toEqual({});
  expect(await settle(other.refundId, { ...found, gatewayRefundId: '' })).toEqual(taken);
});

test('not refunded: it is owed, and goes by cheque', async () => {
  const { accountId, refundId } = await question();
  const changes = await moved(async () =>
    expect(await settle(refundId, { kind: 'not-refunded' })).toMatchObject({ refund: { state: 'declined' } }),
  );
  expect(changes).toEqual({});
  expect(await findCheques(server.db, { accountId })).toMatchObject([{ cause: 'card-declined', cents: 700 }]);
  expect(await kinds(accountId)).toEqual(['card-refund-by-cheque']);
});

test('a question is settled once, whatever several agents say at once', async () => {
  const { accountId, refundId } = await question();
  const pool = openDatabase(server.url, { max: 6, connectMs: 15_000, statementMs: 15_000 });
  const findings: Finding[] = [
    ...[{ kind: 'charged-back' } as const, { kind: 'not-refunded' } as const],
    { kind: 'refunded', gatewayRefundId: `re ${refundId}` },
  ];
  const all = await Promise.all([...findings, ...findings].map((found) => settle(refundId, found, {}, pool)));
  await pool.destroy();
  expect(all.filter(({ kind }) => kind === 'settled')).toHaveLength(1);
  expect(all.filter((one) => one.kind === 'refused' && one.code === 'not-in-question')).toHaveLength(5);
  expect((await findCheques(server.db, { accountId })).length).toBeLessThanOrEqual(1);
  expect((await refundsInQuestion(server.db)).map(({ id }) => id)).not.toContain(refundId);
});

test('without an agent or a reason, or when it is in no question, nothing is settled', async () => {
  const { refundId } = await question();
  const missing = { kind: 'refused', code: 'reason-missing' };
  expect(await settle(refundId, { kind: 'charged-back' }, { reason: '  ' })).toEqual(missing);
  expect(await settle(refundId, { kind: 'charged-back' }, { agentId: '' })).toEqual(missing);
  expect(await settle(randomUUID(), { kind: 'charged-back' })).toEqual({ kind: 'refused', code: 'unknown-refund' });
  expect((await findCardRefund(server.db, refundId))?.state).toBe('in-question');
});

test('one that an agent found refunded, and that the gateway tells has failed, is for a person: nothing moves', async () => {
  const { accountId, refundId } = await question();
  await settle(refundId, { kind: 'refunded', gatewayRefundId: `re ${refundId}` });
  await lookAtOnce(server.db, refundId, house.at);
  expect(await refundsToLookAt(server.db, house.at)).toContain(refundId);
  const gateway = {
    refund: () => Promise.reject(new Error('ordered again')),
    refundOutcomeOf: async () => ({ kind: 'declined', reason: 'declined' }) as const,
  };
  const changes = await moved(async () =>
    expect(await reviewRefund(server.db, house.deps({ gateway }), refundId)).toEqual({
      ...{ kind: 'unexplained', reason: 'decided-by-agent' },
    }),
  );
  expect([changes, await findCheques(server.db, { accountId })]).toEqual([{}, []]);
  // It is said once, not every five minutes.
  expect(await refundsToLookAt(server.db, house.at)).not.toContain(refundId);
});
