import { randomUUID } from 'node:crypto';
import { closeAccount as markClosed } from '#db/accounts.ts';
import { openDatabase, type Database } from '#db/connect.ts';
import { balanceOf, findPosting, post } from '#db/ledger.ts';
import { placeHold } from '#db/holds.ts';
import { paymentHistory } from '#db/payment-events.ts';
import { findReceivable, openReceivables } from '#db/receivables.ts';
import { refundSources } from '#db/refund-sources.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { joinFunding } from '../../funding/enrolment.ts';
import { choice, Counter } from '../../funding/testing/counter.ts';
import { assign } from '../suspense/assign.ts';
import { sendBack } from '../suspense/send-back.ts';
import { MailRoom } from '../testing/mail-room.ts';
import { returnPayment } from './return-payment.ts';
import { recover, waive } from './settle-receivable.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let room: MailRoom;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  room = new MailRoom(server.db);
});
afterAll(() => server.stop());

const act = (paymentId: string) => ({ key: randomUUID(), paymentId, agentId: 'a3', reason: 'insufficient funds' });
const returning = (order: ReturnType<typeof act>, db = server.db) => returnPayment(db, room.deps(), order);
const codeOf = (result: { kind: string; code?: string }) => result.code ?? result.kind;
const cheque = { kind: 'personal-cheque', issuer: '021000021-6789' } as const;

test('a cheque that the bank does not pay is taken off the account, once, and the holder is told', async () => {
  const holder = await room.holder();
  const id = await room.paidIn(holder, cheque);
  const order = act(id);
  const moved = await room.moved(async () => {
    const first = await returning(order);
    expect(await returning(order)).toEqual(first);
    expect(first).toMatchObject({ kind: 'returned', payment: { state: 'returned', accountId: holder.id } });
    expect(first).not.toHaveProperty('receivable');
    const { kind } = (await findPosting(server.db, { reference: 'reference' in first ? first.reference : '' })) ?? {};
    expect(kind).toBe('payment-returned');
  });
  expect(moved).toEqual({ holder: -2_500, 'cheque-clearing': 2_500 });
  expect(room.news.slice(1)).toMatchObject([{ kind: 'returned', accountId: holder.id, takenCents: 2_500, owedCents: 0 }]); // prettier-ignore
  expect((await paymentHistory(server.db, id)).at(-1)).toMatchObject({ kind: 'returned', byId: 'a3', reason: 'insufficient funds', at: room.at }); // prettier-ignore
});

test('what was spent by then is written off, and is owed', async () => {
  const holder = await room.holder();
  const id = await room.paidIn(holder, cheque);
  await room.spend(holder.id, 1_800);
  const moved = await room.moved(async () => {
    const result = await returning(act(id));
    expect(result).toMatchObject({
      receivable: { paymentId: id, accountId: holder.id, cents: 1_800, settledCents: 0 },
    });
  });
  expect(moved).toEqual({ holder: -700, 'write-off': -1_800, 'cheque-clearing': 2_500 });
  expect(await room.balance(holder.id)).toBe(0);
  expect(room.news.at(-1)).toMatchObject({ takenCents: 700, owedCents: 1_800 });
  expect((await openReceivables(server.db, { accountId: holder.id })).map(({ paymentId }) => paymentId)).toEqual([id]);
});

test('with everything spent, and after the account was closed, all of it is owed', async () => {
  const holder = await room.holder();
  const id = await room.paidIn(holder, { kind: 'moneygram' });
  await room.spend(holder.id, 2_500);
  await markClosed(server.db, holder.id, room.at);
  const moved = await room.moved(() => returning(act(id)));
  expect(moved).toEqual({ 'write-off': -2_500, 'money-transfer-clearing': 2_500 });
});

test('what is held for a call is left to it', async () => {
  const holder = await room.holder();
  const id = await room.paidIn(holder, cheque);
  const hold = { key: randomUUID(), accountId: holder.id, cents: 600, reason: 'call', at: room.at };
  await placeHold(server.db, { ...hold, expiresAt: new Date(room.at.getTime() + 60_000) });
  expect(await returning(act(id))).toMatchObject({ receivable: { cents: 600 } });
  expect(await balanceOf(server.db, holder.id)).toEqual({ balanceCents: 600, heldCents: 600, availableCents: 0 });
});

test('another’s money, paid in later, is not more than what this payment was', async () => {
  const holder = await room.holder();
  const id = await room.paidIn(holder, cheque);
  await room.paidIn(holder, { cents: 5_000 });
  await returning(act(id));
  expect(await room.balance(holder.id)).toBe(5_000);
});

test('one that waits in suspense is taken from there', async () => {
  const id = await room.inSuspense(cheque);
  expect(await room.moved(() => returning(act(id)))).toEqual({ suspense: -2_500, 'cheque-clearing': 2_500 });
  expect(room.news).toEqual([]);
  const { number } = await room.holder();
  const order = { ...act(id), accountNumber: number };
  expect(await assign(server.db, room.deps(), order)).toMatchObject({ kind: 'wrong-state', payment: { state: 'returned' } }); // prettier-ignore
});

test('one that was sent back before is written off, and owed by nobody we know', async () => {
  const id = await room.inSuspense({ ...cheque, sender: { name: 'Maria Lopez' } });
  await sendBack(server.db, room.deps(), act(id));
  const moved = await room.moved(() => returning(act(id)));
  expect(moved).toEqual({ 'write-off': -2_500, 'cheque-clearing': 2_500 });
  const owed = await findReceivable(server.db, { paymentId: id });
  expect(owed).toMatchObject({ cents: 2_500 });
  expect(owed).not.toHaveProperty('accountId');
  const recovery = { key: randomUUID(), receivableId: owed?.id ?? '', agentId: 'a1', reason: 'r' };
  expect(codeOf(await recover(server.db, room.deps(), recovery))).toBe('nothing-there');
});

test('one that was assigned from suspense is taken off the account it was assigned to', async () => {
  const holder = await room.holder();
  const id = await room.inSuspense(cheque);
  await assign(server.db, room.deps(), { ...act(id), accountNumber: holder.number });
  expect(await room.moved(() => returning(act(id)))).toEqual({ holder: -2_500, 'cheque-clearing': 2_500 });
});

test('a return that cannot be is refused', async () => {
  const id = await room.paidIn(await room.holder());
  const order = act(id);
  expect(codeOf(await returning({ ...order, agentId: '' }))).toBe('agent-missing');
  expect(codeOf(await returning({ ...order, reason: ' ' }))).toBe('reason-missing');
  expect(codeOf(await returning({ ...order, paymentId: '0' }))).toBe('unknown-payment');
  expect(codeOf(await returning(order))).toBe('returned');
  expect(codeOf(await returning({ ...order, reason: 'another' }))).toBe('key-reused');
  expect(codeOf(await returning(act(id)))).toBe('wrong-state');
});

test('returned while it is being assigned, spent and returned, it is reversed once and nobody is overdrawn', async () => {
  const pool = openDatabase(server.url, { max: 10, connectMs: 15_000, statementMs: 15_000 });
  for (let round = 0; round < 8; round++) {
    const holder = await room.holder();
    const id = await room.inSuspense(cheque);
    const moved = await room.moved(async () => {
      const assigning = assign(pool, room.deps(), { ...act(id), accountNumber: holder.number });
      const results = await Promise.all([assigning, ...Array.from({ length: 4 }, () => returning(act(id), pool))]);
      expect(results.filter(({ kind }) => kind === 'returned')).toHaveLength(1);
    });
    expect(moved).toEqual({ suspense: -2_500, 'cheque-clearing': 2_500 });
    expect(await room.balance(holder.id)).toBe(0);
  }
  await pool.destroy();
});

/** Somebody waits for a lock. */
const waits = () =>
  vi.waitFor(async () => {
    const waiting = sql<{ n: number }>`select count(*)::int as n from pg_locks where not granted`;
    expect((await waiting.execute(server.db)).rows[0]?.n).toBeGreaterThan(0);
  });
const single = () => openDatabase(server.url, { max: 1, connectMs: 15_000, statementMs: 15_000 });
/** `work` begins while `cents` are being spent, and sees what is left. */
async function whileSpending<T>(holder: string, cents: number, work: (db: Database) => Promise<T>): Promise<T> {
  const another = single();
  const spending = await server.db.startTransaction().execute();
  const entries = [
    { ledger: { holder }, cents: -cents },
    { ledger: 'revenue', cents },
  ] as const;
  await post(spending, { key: randomUUID(), kind: 'usage', at: room.at, entries });
  const result = work(another);
  await waits();
  await spending.commit().execute();
  return result.finally(() => another.destroy());
}

test('returned while it is being spent, what is left is taken and the rest owed', async () => {
  const holder = await room.holder();
  const id = await room.paidIn(holder, cheque);
  const result = await whileSpending(holder.id, 1_800, (another) => returning(act(id), another));
  expect(result).toMatchObject({ kind: 'returned', receivable: { accountId: holder.id, cents: 1_800 } });
  expect(await room.balance(holder.id)).toBe(0);
});

test('returned while it is being assigned, it is taken off that account, and nothing is owed', async () => {
  const holder = await room.holder();
  const id = await room.inSuspense(cheque);
  const another = single();
  let back: ReturnType<typeof returning> | undefined;
  const onNews = async () => {
    back ??= returning(act(id), another);
    await waits();
  };
  const moved = await room.moved(async () => {
    await assign(server.db, { ...room.deps(), onNews }, { ...act(id), accountNumber: holder.number });
    const result = await back;
    expect(result).toMatchObject({ kind: 'returned', payment: { accountId: holder.id } });
    expect(result).not.toHaveProperty('receivable');
  });
  expect(moved).toEqual({ suspense: -2_500, 'cheque-clearing': 2_500 });
  expect(await room.balance(holder.id)).toBe(0);
  await another.destroy();
});

test('what was assigned from suspense is a payment that a refund goes back to, the last used first', async () => {
  const holder = await room.holder();
  await room.paidIn(holder, { cents: 1_000 });
  const id = await room.inSuspense(cheque);
  await assign(server.db, room.deps(), { ...act(id), accountNumber: holder.number });
  const sources = await refundSources(server.db, holder.id);
  expect(sources).toEqual([2_500, 1_000].map((leftCents) => ({ kind: 'other', leftCents })));
});

test('a payment that was taken back is nothing that a refund goes back to', async () => {
  const holder = await room.holder();
  await room.paidIn(holder, { cents: 1_000 });
  const id = await room.paidIn(holder, cheque);
  expect(await refundSources(server.db, holder.id)).toHaveLength(2);
  await returning(act(id));
  expect(await refundSources(server.db, holder.id)).toEqual([{ kind: 'other', leftCents: 1_000 }]);
});

/** A holder who owes $18. */
async function owing() {
  const holder = await room.holder();
  const id = await room.paidIn(holder, cheque);
  await room.spend(holder.id, 1_800);
  const result = await returning(act(id));
  const receivableId = result.kind === 'returned' ? (result.receivable?.id ?? '') : '';
  return { holder, receivableId };
}
const order = (receivableId: string) => ({ key: randomUUID(), receivableId, agentId: 'a1', reason: 'agreed by phone' });

test('what is owed is made good from the account by an agent, as far as it goes, and the rest given up', async () => {
  const { holder, receivableId } = await owing();
  const first = order(receivableId);
  expect(codeOf(await recover(server.db, room.deps(), first))).toBe('nothing-there');
  await room.paidIn(holder, { cents: 1_000 });
  const moved = await room.moved(async () => {
    const result = await recover(server.db, room.deps(), first);
    expect(result).toMatchObject({
      kind: 'recovered',
      cents: 1_000,
      receivable: { cents: 1_800, settledCents: 1_000 },
    });
    expect(await recover(server.db, room.deps(), first)).toEqual(result);
  });
  expect(moved).toEqual({ holder: -1_000, 'write-off': 1_000 });
  expect(codeOf(await recover(server.db, room.deps(), { ...first, reason: 'another' }))).toBe('key-reused');
  const rest = order(receivableId);
  expect(await room.moved(() => waive(server.db, room.deps(), rest))).toEqual({});
  expect(await waive(server.db, room.deps(), rest)).toMatchObject({ kind: 'waived', cents: 800 });
  expect(codeOf(await waive(server.db, room.deps(), order(receivableId)))).toBe('nothing-owed');
  await room.paidIn(holder, { cents: 1_000 });
  expect(codeOf(await recover(server.db, room.deps(), order(receivableId)))).toBe('nothing-owed');
  expect(await openReceivables(server.db, { accountId: holder.id })).toEqual([]);
});

test('nothing is made good without an agent, a reason, or from an account that AutoPay would fill for it', async () => {
  const { holder, receivableId } = await owing();
  await room.paidIn(holder, { cents: 2_000 });
  const good = order(receivableId);
  expect(codeOf(await recover(server.db, room.deps(), { ...good, agentId: '' }))).toBe('agent-missing');
  expect(codeOf(await waive(server.db, room.deps(), { ...good, reason: ' ' }))).toBe('reason-missing');
  expect(codeOf(await recover(server.db, room.deps(), order('0')))).toBe('unknown-receivable');
  const join = { accountId: holder.id, by: { kind: 'web' }, key: holder.id, choice: choice() } as const;
  await joinFunding(server.db, new Counter(server.db).deps(), join);
  expect(codeOf(await recover(server.db, room.deps(), good))).toBe('autopay-on');
  expect(await room.balance(holder.id)).toBe(2_000);
  await room.paidIn(holder, { cents: 5_000 });
  expect(await recover(server.db, room.deps(), good)).toMatchObject({ kind: 'recovered', cents: 1_800 });
  expect(await room.balance(holder.id)).toBe(5_200);
});

test('what is held for a call, and what is being spent, is not taken to make it good', async () => {
  const { holder, receivableId } = await owing();
  await room.paidIn(holder, { cents: 1_500 });
  const hold = { key: randomUUID(), accountId: holder.id, cents: 600, reason: 'call', at: room.at };
  await placeHold(server.db, { ...hold, expiresAt: new Date(room.at.getTime() + 60_000) });
  const recovering = (another: Database) => recover(another, room.deps(), order(receivableId));
  expect(await whileSpending(holder.id, 500, recovering)).toMatchObject({ kind: 'recovered', cents: 400 });
  expect(await balanceOf(server.db, holder.id)).toMatchObject({ balanceCents: 600, availableCents: 0 });
});

test('what is owed is listed in pages, the oldest first', async () => {
  const holder = await room.holder();
  const [first, second] = [await room.paidIn(holder, cheque), await room.paidIn(holder, cheque)];
  await room.spend(holder.id, 5_000);
  for (const id of [first, second]) await returning(act(id));
  const page = async (over: { after?: string; limit?: number }) =>
    (await openReceivables(server.db, { accountId: holder.id, ...over })).map(({ id, paymentId }) => [id, paymentId]);
  const [[after] = []] = await page({ limit: 1 });
  expect(await page({})).toMatchObject([[after, first], [expect.any(String), second]]); // prettier-ignore
  expect(await page({ after: after ?? '' })).toMatchObject([[expect.any(String), second]]);
});

test('one key for two debts at once settles one of them', async () => {
  const pool = openDatabase(server.url, { max: 4, connectMs: 15_000, statementMs: 15_000 });
  const debts = [await owing(), await owing(), await owing(), await owing()];
  const key = randomUUID();
  const work = debts.map(({ receivableId }) => waive(pool, room.deps(), { ...order(receivableId), key }));
  expect((await Promise.all(work)).map(codeOf).sort()).toEqual([...Array<string>(3).fill('key-reused'), 'waived']);
  await pool.destroy();
});

test('ten who make it good at once do it once', async () => {
  const pool = openDatabase(server.url, { max: 10, connectMs: 15_000, statementMs: 15_000 });
  const { holder, receivableId } = await owing();
  await room.paidIn(holder, { cents: 9_000 });
  const work = () => Promise.all(Array.from({ length: 10 }, () => recover(pool, room.deps(), order(receivableId))));
  expect(await room.moved(work)).toEqual({ holder: -1_800, 'write-off': 1_800 });
  await pool.destroy();
});
