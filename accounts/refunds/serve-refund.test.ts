import { randomUUID } from 'node:crypto';
import { closeAccount } from '#db/accounts.ts';
import { findCardRefund, hasGatewayRefund, openCardRefunds, refundsInQuestion } from '#db/card-refunds.ts';
import { findCheques } from '#db/cheques.ts';
import { openDatabase } from '#db/connect.ts';
import { placeHold } from '#db/holds.ts';
import { trialBalance } from '#db/ledger.ts';
import { sandboxTakings } from '#db/sandbox-gateway.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { GatewayFault, type RefundOutcome } from '../cards/gateway.ts';
import { joinFunding } from '../funding/enrolment.ts';
import { choice, Counter } from '../funding/testing/counter.ts';
import type { RefundDeps, RefundStep } from './ports.ts';
import { refundByAgent, type AgentRefund } from './refund-by-agent.ts';
import { reviewRefund } from './review-refund.ts';
import { ORDER_AGAIN_MS, serveRefund } from './serve-refund.ts';
import { House, payee } from './testing/house.ts';

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

const order = (accountId: string, over: Partial<AgentRefund> = {}): AgentRefund => ({
  ...{ key: randomUUID(), accountId, cents: 700, agentId: 'a1', reason: 'charged twice by mistake', ...over },
});
const give = (asked: AgentRefund) => refundByAgent(server.db, house.deps(), asked);
const serve = (id: string, deps: RefundDeps = house.deps()) => serveRefund(server.db, deps, id);
/** An account of $20 by card, $7 of which are to go back. */
async function refund(): Promise<{ accountId: string; id: string }> {
  const accountId = await house.account();
  await house.pay(accountId, 2_000);
  const result = await give(order(accountId));
  const id = result.kind === 'given-back' ? result.givenBack.cards[0]?.id : undefined;
  return { accountId, id: id ?? '' };
}
const answering = (outcome: RefundOutcome, known: RefundOutcome | { kind: 'absent' } = { kind: 'absent' }) =>
  house.deps({ gateway: { refund: async () => outcome, refundOutcomeOf: async () => known } });
const state = async (id: string) => (await findCardRefund(server.db, id))?.state;
/** By how much the house's accounts, and the gateway's own takings, changed. */
async function moved(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = { ...(await trialBalance(server.db)), net: (await sandboxTakings(server.db)).netCents };
  await work();
  const after = { ...(await trialBalance(server.db)), net: (await sandboxTakings(server.db)).netCents };
  const changes = Object.entries(after).map(([name, cents]) => [name, cents - before[name as keyof typeof before]]);
  return Object.fromEntries(changes.filter(([, cents]) => cents !== 0)) as Record<string, number>;
}

test('the gateway gives it back, once, and the books say so', async () => {
  const { accountId, id } = await refund();
  const changes = await moved(async () => {
    expect(await serve(id)).toEqual({ kind: 'refunded' });
    expect(await serve(id)).toEqual({ kind: 'served-before' });
  });
  expect(changes).toEqual({ 'refunds-payable': -700, 'card-clearing': 700, net: -700 });
  const [told] = await house.news(accountId);
  expect(told).toMatchObject({ kind: 'card-refunded', cents: 700, lastFour: '4242' });
});

test('one that failed after it was refunded is owed again, and goes by cheque, once', async () => {
  const { accountId, id } = await refund();
  await serve(id);
  const review = (outcome: Parameters<typeof answering>[1]) =>
    reviewRefund(server.db, answering({ kind: 'unknown' }, outcome), id);
  expect(await review({ kind: 'refunded', refundId: 're_1' })).toEqual({ kind: 'stands' });
  expect(await review({ kind: 'unknown' })).toEqual({ kind: 'pending' });
  expect(await review({ kind: 'absent' })).toEqual({ kind: 'unexplained', reason: 'absent' });
  const failed = { kind: 'declined', reason: 'declined' } as const;
  const changes = await moved(async () => {
    const ends = await Promise.all([review(failed), review(failed), review(failed)]);
    expect(ends.map(({ kind }) => kind).sort()).toEqual(['by-cheque', 'served-before', 'served-before']);
  });
  expect(changes).toEqual({ 'refunds-payable': 700, 'card-clearing': -700 });
  expect(await state(id)).toBe('declined');
  expect((await findCheques(server.db, { accountId })).map(({ cents, cause }) => [cents, cause])).toEqual([
    [700, 'card-declined'],
  ]);
  expect((await house.news(accountId)).map(({ kind }) => kind)).toEqual(['card-refunded', 'card-refund-by-cheque']);
});

test('one that failed while nobody knew of it goes by cheque as well; what its first refund was called stays known', async () => {
  const open = await refund();
  await serve(open.id, answering({ kind: 'unknown' }));
  const failed = answering({ kind: 'unknown' }, { kind: 'declined', reason: 'declined' });
  expect(await reviewRefund(server.db, failed, open.id)).toEqual({ kind: 'by-cheque', reason: 'declined' });
  expect(await reviewRefund(server.db, failed, open.id)).toEqual({ kind: 'served-before' });
  expect(await findCheques(server.db, { accountId: open.accountId })).toHaveLength(1);
  const done = await refund();
  await serve(done.id, answering({ kind: 'refunded', refundId: `re ${done.id}` }));
  await reviewRefund(server.db, failed, done.id);
  expect(await hasGatewayRefund(server.db, `re ${done.id}`)).toBe(true);
});

test('many workers at once give it back once', async () => {
  const { id } = await refund();
  const pool = openDatabase(server.url, { max: 8, connectMs: 15_000, statementMs: 15_000 });
  const work = () => Promise.all(Array.from({ length: 12 }, () => serveRefund(pool, house.deps(), id)));
  expect(await moved(work)).toEqual({ 'refunds-payable': -700, 'card-clearing': 700, net: -700 });
  await pool.destroy();
});

test.each<RefundStep>(['taken', 'asked', 'ended'])(
  'a worker that dies when it is %s leaves it to another, who gives it back once',
  async (step) => {
    const { id } = await refund();
    const changes = await moved(async () => {
      await expect(serve(id, house.dyingAt(step))).rejects.toThrow(`died: ${step}`);
      expect(await serve(id)).toEqual({ kind: step === 'ended' ? 'served-before' : 'refunded' });
    });
    expect(changes).toEqual({ 'refunds-payable': -700, 'card-clearing': 700, net: -700 });
  },
);

test('an outcome that is not known is asked about, and not ordered again when it is known', async () => {
  const { id } = await refund();
  expect(await serve(id, answering({ kind: 'unknown' }))).toEqual({ kind: 'pending' });
  expect(await state(id)).toBe('asking');
  expect(await serve(id, answering({ kind: 'unknown' }, { kind: 'unknown' }))).toEqual({ kind: 'pending' });
  const refuse = async (): Promise<RefundOutcome> => {
    throw new Error('ordered again');
  };
  const known = async () => ({ kind: 'refunded', refundId: `re ${id}` }) as const;
  const deps = house.deps({ gateway: { refund: refuse, refundOutcomeOf: known } });
  expect(await serve(id, deps)).toEqual({ kind: 'refunded' });
});

/** Ordered once, of unknown outcome; then `later` ms pass. How often it is ordered after that, and what becomes of it. */
async function after(later: number, known: RefundOutcome | { kind: 'absent' }) {
  const { id, accountId } = await refund();
  await serve(id, answering({ kind: 'unknown' }));
  house.at = new Date(house.at.getTime() + later);
  let ordered = 0;
  const order = async () => {
    ordered++;
    return { kind: 'refunded', refundId: `re ${id}` } as const;
  };
  const served = await serve(id, house.deps({ gateway: { refund: order, refundOutcomeOf: async () => known } }));
  return { served, ordered, id, accountId };
}

test.each([
  [ORDER_AGAIN_MS, { kind: 'absent' }, { kind: 'refunded' }, 1],
  [ORDER_AGAIN_MS + 1, { kind: 'absent' }, { kind: 'in-question', reason: 'not-known-in-time' }, 0],
  [ORDER_AGAIN_MS + 1, { kind: 'unknown' }, { kind: 'in-question', reason: 'not-known-in-time' }, 0],
  [90 * 86_400_000, { kind: 'refunded', refundId: 're late' }, { kind: 'refunded' }, 0],
  [90 * 86_400_000, { kind: 'declined', reason: 'declined' }, { kind: 'by-cheque', reason: 'declined' }, 0],
] as const)('%i ms after it was first asked a gateway that says %j: %j', async (later, known, wanted, orders) => {
  const { served, ordered, id, accountId } = await after(later, known);
  expect([served, ordered]).toEqual([wanted, orders]);
  const asked = wanted.kind === 'in-question';
  expect((await refundsInQuestion(server.db)).some((one) => one.id === id)).toBe(asked);
  if (asked) expect(await findCheques(server.db, { accountId })).toEqual([]);
});

test('a refund that nobody asked for in all that time is ordered', async () => {
  const { id } = await refund();
  house.days(90);
  expect(await serve(id)).toEqual({ kind: 'refunded' });
});

test('the first time the gateway is not asked what it cannot know', async () => {
  const { id } = await refund();
  const refundOutcomeOf = async () => Promise.reject(new Error('asked about what was never ordered'));
  const gateway = { refund: house.gateway.refund.bind(house.gateway), refundOutcomeOf };
  expect(await serve(id, house.deps({ gateway }))).toEqual({ kind: 'refunded' });
});

test('a fault of the gateway leaves the refund open', async () => {
  const { id } = await refund();
  const gateway = {
    ...answering({ kind: 'unknown' }).gateway,
    refund: async () => Promise.reject(new GatewayFault('credentials')),
  };
  await expect(serve(id, house.deps({ gateway }))).rejects.toThrow('credentials');
  expect(await openCardRefunds(server.db, house.at, 1_000)).toContain(id);
  expect(await serve(id)).toEqual({ kind: 'refunded' });
  expect(await openCardRefunds(server.db, house.at, 1_000)).not.toContain(id);
});

test('what the bank does not take goes by cheque; the money is owed until that is mailed', async () => {
  const { accountId, id } = await refund();
  const declined = answering({ kind: 'declined', reason: 'declined' });
  const changes = await moved(async () => expect(await serve(id, declined)).toMatchObject({ kind: 'by-cheque' }));
  expect(changes).toEqual({});
  const due = { from: '2026-05-18', until: '2026-05-25' };
  const cheque = { cause: 'card-declined', cents: 700, state: 'queued', to: payee, due };
  expect(await findCheques(server.db, { accountId })).toEqual([expect.objectContaining(cheque)]);
  expect(await serve(id)).toEqual({ kind: 'served-before' });
  const [told] = await house.news(accountId);
  expect(told).toMatchObject({ kind: 'card-refund-by-cheque', cents: 700, due, addressKnown: true });
});

test.each(['exceeds-charge', 'unknown-charge'] as const)(
  '%s is in question: an agent decides, no cheque goes out by itself',
  async (reason) => {
    const { accountId, id } = await refund();
    expect(await serve(id, answering({ kind: 'declined', reason }))).toEqual({ kind: 'in-question', reason });
    expect(await findCheques(server.db, { accountId })).toEqual([]);
    expect((await refundsInQuestion(server.db)).map((question) => question.id)).toContain(id);
    expect(await state(id)).toBe('in-question');
  },
);

test('an agent gives a part back to the payment last used, with a reason, once for each key', async () => {
  const accountId = await house.account();
  await house.pay(accountId, 2_000, '1111');
  const last = await house.pay(accountId, 500);
  const asked = order(accountId);
  const result = await give(asked);
  expect(result).toMatchObject({
    kind: 'given-back',
    givenBack: { cards: expect.arrayContaining([expect.objectContaining({ depositId: last, cents: 500 })]) as unknown },
  });
  expect(await give(asked)).toEqual(result);
  expect(await give({ ...asked, cents: 800 })).toEqual({ kind: 'refused', code: 'key-reused' });
  expect(await house.balance(accountId)).toBe(1_800);
  // What went back to a payment is not left of it.
  const next = await give(order(accountId, { cents: 1_000 }));
  expect(next).toMatchObject({ givenBack: { cards: [{ cents: 1_000, card: { lastFour: '1111' } }], cheques: [] } });
});

test('what is not to be given back is refused with a code, and nothing moves', async () => {
  const accountId = await house.account();
  await house.pay(accountId, 2_000);
  const refused: [Partial<AgentRefund>, string][] = [
    [{ cents: 0 }, 'not-an-amount'],
    [{ cents: -100 }, 'not-an-amount'],
    [{ cents: 10.5 }, 'not-an-amount'],
    [{ cents: 2_001 }, 'insufficient-funds'],
    [{ reason: '  ' }, 'reason-missing'],
    [{ agentId: '' }, 'reason-missing'],
    [{ accountId: 'nobody' }, 'unknown-account'],
  ];
  for (const [over, code] of refused) expect(await give(order(accountId, over))).toEqual({ kind: 'refused', code });
  expect(await house.balance(accountId)).toBe(2_000);
});

test('all that may be spent can be given back, and no more: what is held for a call stays', async () => {
  const accountId = await house.account();
  await house.pay(accountId, 2_000);
  const hold = { key: randomUUID(), accountId, cents: 500, reason: 'call', at: house.at };
  await placeHold(server.db, { ...hold, expiresAt: new Date(house.at.getTime() + 60_000) });
  const tooMuch = { kind: 'refused', code: 'insufficient-funds' };
  expect(await give(order(accountId, { cents: 1_501 }))).toEqual(tooMuch);
  expect((await give(order(accountId, { cents: 1_500 }))).kind).toBe('given-back');
  await closeAccount(server.db, accountId, house.at);
  expect(await give(order(accountId, { cents: 1 }))).toEqual({ kind: 'refused', code: 'account-closed' });
});

test('what the bank did not take is left of the payment still: it can go back there', async () => {
  const accountId = await house.account();
  await house.pay(accountId, 2_000, '1111');
  await house.pay(accountId, 1_000);
  const first = await give(order(accountId, { cents: 500 }));
  const id = first.kind === 'given-back' ? (first.givenBack.cards[0]?.id ?? '') : '';
  await serve(id, answering({ kind: 'declined', reason: 'declined' }));
  const next = await give(order(accountId, { cents: 1_000 }));
  expect(next).toMatchObject({ givenBack: { cards: [{ cents: 1_000, card: { lastFour: '4242' } }], cheques: [] } });
});

test('AutoPay does not charge anew what was just given back: it ends first', async () => {
  const accountId = await house.account();
  await house.pay(accountId, 2_000);
  const counter = new Counter(server.db);
  await joinFunding(server.db, counter.deps(), { accountId, by: { kind: 'web' }, key: accountId, choice: choice() });
  expect(await give(order(accountId, { cents: 1_500 }))).toEqual({ kind: 'refused', code: 'autopay-on' });
  expect((await give(order(accountId, { cents: 1_499 }))).kind).toBe('given-back');
});

test('the database itself gives no deposit back twice', async () => {
  const { accountId, id } = await refund();
  const there = await findCardRefund(server.db, id);
  const more = {
    id: randomUUID(),
    accountId,
    cause: 'agent',
    postingId: there?.postingId ?? '',
    cents: '1301',
  } as const;
  const row = {
    ...more,
    depositId: there?.depositId ?? '',
    dueFrom: '2026-05-18',
    dueUntil: '2026-05-20',
    madeAt: house.at,
  };
  await expect(server.db.insertInto('cardRefund').values(row).execute()).rejects.toMatchObject({ code: '23514' });
  await server.db
    .insertInto('cardRefund')
    .values({ ...row, cents: '1300' })
    .execute();
});
