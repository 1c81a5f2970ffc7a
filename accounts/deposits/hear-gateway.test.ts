import { randomUUID } from 'node:crypto';
import { openAccount } from '#db/accounts.ts';
import {
  endCardRefund,
  failCardRefund,
  findCardRefund,
  REFUND,
  REFUND_FAILED,
  takeCardRefund,
} from '#db/card-refunds.ts';
import { countContradictions, openContradictions } from '#db/deposit-contradictions.ts';
import { findDeposit } from '#db/deposits.ts';
import { balanceOf } from '#db/ledger.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { WebhookEvent } from '../cards/gateway.ts';
import { refundByAgent } from '../refunds/refund-by-agent.ts';
import { House } from '../refunds/testing/house.ts';
import { Bank, type Way } from '../testing/bank.ts';
import { depositByCard, type DepositDeps } from './deposit-by-card.ts';
import { hearGateway } from './hear-gateway.ts';
import { captureContradiction, lookAtContradiction } from './look-at-contradiction.ts';
import { resolveDeposits } from './resolve.ts';
import { settle, type DepositResult } from './settle.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let bank: Bank;
let now: Date;
let settled: DepositResult['kind'][];
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());
beforeEach(() => {
  bank = new Bank();
  now = new Date('2026-05-01T12:00:00Z');
  settled = [];
});
const deps = (): DepositDeps => ({
  db: server.db,
  gateway: bank,
  now: () => now,
  onSettled: async (_trx, _deposit, { kind }) => void settled.push(kind),
});
const card = { token: 'tok_1', brand: 'visa', lastFour: '4242' };

/** A deposit of $25.00 whose charge goes this way. */
async function deposit(way: Way): Promise<{ account: string; id: string }> {
  const account = randomUUID();
  await openAccount(server.db, { id: account, numbers: [], at: now });
  bank.ways.push(way);
  const order = { key: randomUUID(), accountId: account, cents: 2_500, channel: 'web', card } as const;
  return { account, id: (await depositByCard(deps(), order)).depositId };
}
const captured = (key: string, cents = 2_500): WebhookEvent => ({
  ...{ kind: 'captured', eventId: 'evt_1', key, gatewayId: 'ch_of_the_event', cents },
});
const declined = (key: string): WebhookEvent => ({ kind: 'declined', eventId: 'evt_2', key, reason: 'lost' });
const hear = (event: WebhookEvent) => hearGateway(deps(), event);
const contradictions = async (id: string) =>
  (await openContradictions(server.db)).filter(({ depositId }) => depositId === id);
const gatewayIdOf = async (id: string) => {
  const deposit = server.db.selectFrom('deposit').select('gatewayId').where('id', '=', id);
  return (await deposit.executeTakeFirst())?.gatewayId ?? '';
};
const balance = async (id: string) => (await balanceOf(server.db, id)).balanceCents;

test('a deposit of unknown outcome is settled by what the gateway answers, once, however often it is told', async () => {
  const { account, id } = await deposit('cut-after');
  expect(await hear(captured(id, 999_999))).toBe('settled');
  expect(await hear(captured(id))).toBe('known');
  expect([await balance(account), settled]).toEqual([2_500, ['captured']]);
});

test('told by many at once, it is posted once', async () => {
  const { account, id } = await deposit('cut-after');
  await Promise.all(Array.from({ length: 8 }, () => hear(captured(id))));
  expect([await balance(account), settled]).toEqual([2_500, ['captured']]);
});

test('an event that says captured of what was declined posts nothing', async () => {
  const { account, id } = await deposit('cut-before');
  bank.charges.set(id, { cents: 2_500, outcome: { kind: 'declined', reason: 'insufficient-funds' } });
  expect(await hear(captured(id))).toBe('settled');
  expect(await findDeposit(server.db, id)).toMatchObject({ state: 'declined', declineReason: 'insufficient-funds' });
  expect(await balance(account)).toBe(0);
});

test('while the gateway answers nothing, or knows nothing, the deposit stays open', async () => {
  const { id } = await deposit('cut-before');
  expect(await hear(captured(id))).toBe('unclear');
  bank.silent = true;
  expect(await hear(declined(id))).toBe('unclear');
  expect((await findDeposit(server.db, id))?.state).toBe('intended');
});

test('an old decline told after the money was taken changes nothing; a capture of what was declined is for a person', async () => {
  const taken = await deposit('captured');
  expect(await hear(declined(taken.id))).toBe('known');
  expect(await balance(taken.account)).toBe(2_500);
  const refused = await deposit('declined');
  expect(await hear(declined(refused.id))).toBe('known');
  expect(await hear(captured(refused.id))).toBe('contradicts');
  expect(await balance(refused.account)).toBe(0);
  expect(await contradictions(refused.id)).toEqual([
    { depositId: refused.id, ours: 'declined', theirs: 'captured', eventId: 'evt_1', at: now },
  ]);
});

test('one that was declined, and that the gateway says it took after all, is captured and posted once', async () => {
  const { account, id } = await deposit('declined');
  bank.charges.set(id, { cents: 2_500, outcome: { kind: 'captured', gatewayId: 'ch_after_decline' } });
  expect((await Promise.all(Array.from({ length: 4 }, () => hear(captured(id))))).sort()).toContain('corrected');
  expect(await hear(captured(id))).toBe('known');
  expect(await findDeposit(server.db, id)).toMatchObject({ state: 'captured' });
  expect([await balance(account), settled]).toEqual([2_500, ['declined', 'captured']]);
});

test('a captured one that the gateway says was never taken waits among the contradictions for an agent', async () => {
  const { account, id } = await deposit('captured');
  const before = await countContradictions(server.db);
  bank.charges.set(id, { cents: 2_500, outcome: { kind: 'declined', reason: 'lost' } });
  for (let twice = 0; twice < 2; twice++) expect(await hear(declined(id))).toBe('contradicts');
  expect([await balance(account), await countContradictions(server.db)]).toEqual([2_500, before + 1]);
  expect(await contradictions(id)).toEqual([
    { depositId: id, ours: 'captured', theirs: 'declined', eventId: 'evt_2', at: now },
  ]);
  const act = { depositId: id, agentId: 'a1', reason: 'the gateway found it' };
  expect(await lookAtContradiction(server.db, deps(), { ...act, reason: ' ' })).toMatchObject({
    code: 'reason-missing',
  });
  expect(await lookAtContradiction(server.db, deps(), { ...act, agentId: '' })).toMatchObject({
    code: 'agent-missing',
  });
  expect(await lookAtContradiction(server.db, deps(), { ...act, depositId: randomUUID() })).toMatchObject({
    code: 'unknown-contradiction',
  });
  for (let twice = 0; twice < 2; twice++)
    expect(await lookAtContradiction(server.db, deps(), act)).toMatchObject({
      ...{
        kind: 'decided',
        contradiction: { decided: { kind: 'looked-at', byId: 'a1', reason: 'the gateway found it', at: now } },
      },
    });
  expect((await lookAtContradiction(server.db, deps(), { ...act, agentId: 'a2' })).kind).toBe('decided-before');
  expect(await hear(declined(id))).toBe('contradicts');
  expect(await countContradictions(server.db)).toBe(before);
});

test('a captured one that the gateway knows nothing of, or declines as it is settled again, is on the list; while it is silent, it is not', async () => {
  const [unknown, settledAgain] = [await deposit('captured'), await deposit('captured')];
  bank.charges.delete(unknown.id);
  bank.silent = true;
  expect([await hear(declined(unknown.id)), await contradictions(unknown.id)]).toEqual(['unclear', []]);
  bank.silent = false;
  expect(await hear(declined(unknown.id))).toBe('contradicts');
  expect(await contradictions(unknown.id)).toMatchObject([{ ours: 'captured', theirs: 'absent' }]);
  for (let twice = 0; twice < 2; twice++)
    expect(await settle(deps(), settledAgain.id, { kind: 'declined', reason: 'lost' })).toMatchObject({
      ...{ kind: 'captured', balanceCents: 2_500 },
    });
  expect(await contradictions(settledAgain.id)).toEqual([
    { depositId: settledAgain.id, ours: 'captured', theirs: 'declined', at: now },
  ]);
});

test('what was decided is history: what the gateway says otherwise later is another contradiction', async () => {
  const { id } = await deposit('captured');
  bank.charges.set(id, { cents: 2_500, outcome: { kind: 'declined', reason: 'lost' } });
  await hear(declined(id));
  const act = { depositId: id, agentId: 'a1', reason: 'the gateway found it' };
  await lookAtContradiction(server.db, deps(), act);
  bank.charges.delete(id);
  for (let twice = 0; twice < 2; twice++) expect(await hear(declined(id))).toBe('contradicts');
  expect(await contradictions(id)).toMatchObject([{ ours: 'captured', theirs: 'absent' }]);
  expect(await lookAtContradiction(server.db, deps(), act)).toMatchObject({ contradiction: { theirs: 'absent' } });
  expect(await contradictions(id)).toEqual([]);
  bank.charges.set(id, { cents: 2_500, outcome: { kind: 'declined', reason: 'lost' } });
  await hear(declined(id));
  expect(await contradictions(id)).toEqual([]);
});

test('an agent settles one that was taken, of which the gateway’s answer is stale: it is captured and posted once, with who and why', async () => {
  const { account, id } = await deposit('declined');
  const taken = await deposit('captured');
  await hear(captured(id));
  const act = { depositId: id, agentId: 'a1', reason: 'seen at the gateway', gatewayId: `ch_seen_${id}` };
  const codeOf = async (over: Partial<typeof act>) => captureContradiction(deps(), { ...act, ...over });
  expect(await codeOf({ gatewayId: '' })).toMatchObject({ code: 'gateway-id-taken' });
  expect(await codeOf({ gatewayId: await gatewayIdOf(taken.id) })).toMatchObject({ code: 'gateway-id-taken' });
  expect(await contradictions(id)).toHaveLength(1);
  const ends = await Promise.all(Array.from({ length: 4 }, () => captureContradiction(deps(), act)));
  const decided = { kind: 'captured', byId: 'a1', reason: 'seen at the gateway', at: now };
  for (const end of ends)
    expect(end).toMatchObject({ kind: 'decided', contradiction: { theirs: 'captured', decided } });
  expect(await gatewayIdOf(id)).toBe(act.gatewayId);
  expect([await balance(account), settled]).toEqual([2_500, ['declined', 'captured', 'captured']]);
  expect(await contradictions(id)).toEqual([]);
  expect((await lookAtContradiction(server.db, deps(), act)).kind).toBe('decided-before');
  // One that the gateway says it never took is not captured.
  bank.charges.delete(taken.id);
  await hear(declined(taken.id));
  expect(await codeOf({ depositId: taken.id })).toMatchObject({ code: 'not-captured' });
});

test('one that the gateway told itself meanwhile is ended under its own id, and under no other', async () => {
  const { account, id } = await deposit('declined');
  await hear(captured(id));
  await settle(deps(), id, { kind: 'captured', gatewayId: `ch_${id}` });
  expect(await gatewayIdOf(id)).toBe(`ch_${id}`);
  const act = { depositId: id, agentId: 'a1', reason: 'seen at the gateway' };
  expect(await captureContradiction(deps(), { ...act, gatewayId: 'ch_else' })).toMatchObject({
    code: 'gateway-id-taken',
  });
  expect((await captureContradiction(deps(), { ...act, gatewayId: `ch_${id}` })).kind).toBe('decided');
  expect(await balance(account)).toBe(2_500);
});

test('one that was given up, and was charged after all, is posted', async () => {
  const { account, id } = await deposit('cut-before');
  now = new Date(now.getTime() + 3_600_000);
  await resolveDeposits(deps(), { afterMs: 0, abandonMs: 60_000 });
  expect((await findDeposit(server.db, id))?.state).toBe('abandoned');
  expect(await hear(declined(id))).toBe('known');
  bank.charges.set(id, { cents: 2_500, outcome: { kind: 'captured', gatewayId: 'ch_late' } });
  expect(await hear(captured(id))).toBe('settled');
  expect(await balance(account)).toBe(2_500);
});

test('what others take at the same gateway is not ours, a dispute is for a person', async () => {
  expect(await hear(captured(randomUUID()))).toBe('not-ours');
  expect(await hear(captured("x'; drop table deposit"))).toBe('not-ours');
  expect(await hear({ kind: 'other', eventId: 'evt_3', type: 'payout.paid' })).toBe('not-ours');
  expect(await hear({ kind: 'disputed', eventId: 'evt_4', gatewayId: 'ch_1', cents: 2_500 })).toBe('disputed');
});

test('a refund that the gateway tells of is asked about again by its job, while it is open', async () => {
  const house = new House(server.db);
  const accountId = await house.account();
  await house.pay(accountId, 2_000);
  const order = { key: randomUUID(), accountId, cents: 700, agentId: 'a1', reason: 'asked' };
  await refundByAgent(server.db, house.deps(), order);
  const { id, postingId } = await server.db
    .selectFrom('cardRefund')
    .select(['id', 'postingId'])
    .where('accountId', '=', accountId)
    .executeTakeFirstOrThrow();
  const told: WebhookEvent = { kind: 'refunded', eventId: 'evt_5', key: id, refundId: 're_1', cents: 700 };
  const waiting = async (topic = REFUND) => {
    const rows = await server.db.selectFrom('outbox').select('payload').where('topic', '=', topic).execute();
    return rows.filter(({ payload }) => JSON.stringify(payload).includes(id)).length;
  };
  const before = await waiting();
  expect([await hear(told), await waiting()]).toEqual(['known', before]);
  await takeCardRefund(server.db, id, now);
  expect([await hear(told), await waiting()]).toEqual(['asked-again', before + 1]);
  expect((await findCardRefund(server.db, id))?.state).toBe('asking');
  expect(await hear({ ...told, key: randomUUID() })).toBe('not-ours');
  // That it failed is looked at while it is open, and when it was refunded already; not when it went another way.
  const failed: WebhookEvent = { ...told, kind: 'refund-failed' };
  expect([await hear(failed), await waiting(REFUND_FAILED)]).toEqual(['asked-again', 1]);
  await endCardRefund(server.db, id, { state: 'refunded', gatewayRefundId: 're_1', refundPostingId: postingId }, now);
  expect([await hear(failed), await waiting(REFUND_FAILED)]).toEqual(['asked-again', 2]);
  expect([await hear(told), await waiting()]).toEqual(['known', before + 1]);
  await failCardRefund(server.db, id, { declineReason: 'declined', failedPostingId: postingId, failedAt: now });
  expect([await hear(failed), await waiting(REFUND_FAILED)]).toEqual(['known', 2]);
  expect(await hear({ ...failed, key: randomUUID() })).toBe('not-ours');
});
