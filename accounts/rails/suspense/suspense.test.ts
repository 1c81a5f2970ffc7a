import { randomUUID } from 'node:crypto';
import { closeAccount } from '#db/accounts.ts';
import { findCheques } from '#db/cheques.ts';
import { openDatabase } from '#db/connect.ts';
import { paymentHistory } from '#db/payment-events.ts';
import { findPayment } from '#db/payments.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { claimForPrinting, markMailed, markReturned } from '../../refunds/cheques.ts';
import { payee } from '../../refunds/testing/house.ts';
import { MailRoom } from '../testing/mail-room.ts';
import { assign, type Assignment } from './assign.ts';
import { suspense } from './list.ts';
import { sendBack, type SendBack } from './send-back.ts';

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

const act = (paymentId: string) => ({ key: randomUUID(), paymentId, agentId: 'a2', reason: 'the sender called' });
const assigning = (order: Assignment, db = server.db) => assign(db, room.deps(), order);
const sending = (order: SendBack, db = server.db) => sendBack(db, room.deps(), order);
const codeOf = (result: { kind: string; code?: string }) => result.code ?? result.kind;
const sender = { name: payee.payee, address: payee.address };

test('what waits is listed, the oldest first, with its age and reason; what was dealt with is not', async () => {
  const { number } = await room.holder();
  const first = await room.inSuspense({ memo: 'for Maria' });
  room.days(2);
  const second = await room.inSuspense();
  const third = await room.inSuspense();
  room.at = new Date(room.at.getTime() + 23 * 3_600_000);
  await assigning({ ...act(third), accountNumber: number });
  const ages = (await suspense(server.db, room.at)).map(({ payment, ageDays }) => [payment.id, ageDays, payment.suspenseReason]); // prettier-ignore
  expect(ages).toEqual([
    [first, 2, 'not-an-account-number'],
    [second, 0, 'no-account-number'],
  ]);
  expect((await suspense(server.db, room.at, { after: first, limit: 1 })).map(({ payment }) => payment.id)).toEqual([second]); // prettier-ignore
  expect(await suspense(server.db, room.at, { after: second })).toEqual([]);
  expect(await suspense(server.db, room.at, { limit: 1 })).toHaveLength(1);
  for (const id of [first, second]) await sending(act(id));
});

test('an agent assigns it to an account, once, and who, when and why is kept', async () => {
  const holder = await room.holder();
  const id = await room.inSuspense({ cents: 200_000 });
  const order = { ...act(id), accountNumber: holder.number };
  const first = await assigning(order);
  expect(first).toMatchObject({ kind: 'assigned', balanceCents: 200_000, payment: { accountId: holder.id } });
  await closeAccount(server.db, holder.id, room.at);
  expect(await assigning(order)).toEqual(first);
  expect(room.news).toMatchObject([{ kind: 'paid-in', accountId: holder.id, balanceCents: 200_000 }]);
  expect(await findPayment(server.db, { id })).toMatchObject({ state: 'on-account', suspenseReason: 'above-maximum' });
  const [, event] = await paymentHistory(server.db, id);
  expect(event).toMatchObject({ kind: 'assigned', byId: 'a2', reason: 'the sender called', at: room.at });
  expect(await room.balance(holder.id)).toBe(200_000);
});

test('whoever enters it again after it was assigned is answered as before: it went to suspense', async () => {
  const { number } = await room.holder();
  const order = room.order({ memo: '' }, { unmatched: 'suspend' });
  const entered = await room.enter(order);
  const id = 'payment' in entered ? entered.payment.id : '';
  await assigning({ ...act(id), accountNumber: number });
  const payment = await findPayment(server.db, { id });
  expect(payment).toMatchObject({ state: 'on-account' });
  expect(await room.enter(order)).toEqual({ ...entered, payment });
});

test('assigning moves it from suspense to the holder', async () => {
  const { number } = await room.holder();
  const id = await room.inSuspense();
  const moved = await room.moved(() => assigning({ ...act(id), accountNumber: number }));
  expect(moved).toEqual({ suspense: -2_500, holder: 2_500 });
});

test('an assignment that cannot be is refused with a code and moves nothing', async () => {
  const holder = await room.holder();
  const closed = await room.holder();
  await closeAccount(server.db, closed.id, room.at);
  const id = await room.inSuspense();
  const order = { ...act(id), accountNumber: holder.number };
  const codes: [Partial<Assignment>, string][] = [
    [{ agentId: '' }, 'agent-missing'],
    [{ reason: ' ' }, 'reason-missing'],
    [{ paymentId: '0' }, 'unknown-payment'],
    [{ accountNumber: '' }, 'no-account-number'],
    [{ accountNumber: '123' }, 'not-an-account-number'],
    [{ accountNumber: '1000000009' }, 'wrong-check-digit'],
    [{ accountNumber: '1000000008' }, 'unknown-account'],
    [{ accountNumber: closed.number }, 'account-closed'],
  ];
  for (const [change, expected] of codes) expect(codeOf(await assigning({ ...order, ...change }))).toBe(expected);
  expect(await room.balance(holder.id)).toBe(0);
  expect(codeOf(await assigning(order))).toBe('assigned');
  expect(codeOf(await assigning({ ...order, reason: 'another' }))).toBe('key-reused');
  expect(await assigning({ ...order, key: 'new' })).toMatchObject({ kind: 'wrong-state', payment: { state: 'on-account' } }); // prettier-ignore
  expect(await sending(act(id))).toMatchObject({ kind: 'wrong-state', payment: { state: 'on-account' } });
});

test('of many who assign it, or send it back, at once, one does', async () => {
  const pool = openDatabase(server.url, { max: 10, connectMs: 15_000, statementMs: 15_000 });
  const holders = await Promise.all(Array.from({ length: 4 }, () => room.holder()));
  const id = await room.inSuspense();
  const work = async () => {
    const orders = holders.flatMap(({ number }) => [0, 1].map(() => assigning({ ...act(id), accountNumber: number }, pool))); // prettier-ignore
    const results = await Promise.all([...orders, sending(act(id), pool), sending(act(id), pool)]);
    expect(results.map(({ kind }) => kind).filter((kind) => kind !== 'wrong-state')).toHaveLength(1);
  };
  expect((await room.moved(work)).suspense).toBe(-2_500);
  // The same act many times at once is the same answer.
  const other = await room.inSuspense();
  const order = { ...act(other), accountNumber: holders[0]?.number ?? '' };
  const same = await Promise.all(Array.from({ length: 10 }, () => assigning(order, pool)));
  expect(new Set(same.map((result) => JSON.stringify(result))).size).toBe(1);
  expect(same[0]?.kind).toBe('assigned');
  // One key for many payments does one of them.
  const several = await Promise.all(Array.from({ length: 6 }, () => room.inSuspense()));
  const key = randomUUID();
  // Of one holder they follow each other, of several they meet at the key.
  const numbers = several.map((_, n) => holders[Math.max(1, n % 4)]?.number ?? '');
  const orders = several.map((each, n) => ({ ...act(each), key, accountNumber: numbers[n] ?? '' }));
  const one = await Promise.all(orders.map((each) => assigning(each, pool)));
  expect(one.map(codeOf).sort()).toEqual(['assigned', ...Array<string>(5).fill('key-reused')]);
  await pool.destroy();
});

test('what is nobody’s goes back to its sender by a cheque, once', async () => {
  const id = await room.inSuspense({ sender });
  const order = act(id);
  const moved = await room.moved(async () => {
    const first = await sending(order);
    expect(await sending(order)).toEqual(first);
    expect(first).toMatchObject({ kind: 'sent-back', payment: { state: 'sent-back' } });
    const cheque = { cause: 'to-sender', cents: 2_500, state: 'queued', to: payee, due: { from: '2026-05-18', until: '2026-05-25' } }; // prettier-ignore
    expect(first.kind === 'sent-back' && first.cheque).toMatchObject(cheque);
    expect(first.kind === 'sent-back' && first.cheque.accountId).toBeUndefined();
  });
  expect(moved).toEqual({ suspense: -2_500, 'refunds-payable': 2_500 });
  expect((await paymentHistory(server.db, id)).at(-1)).toMatchObject({ kind: 'sent-back', byId: 'a2', at: room.at });
  expect(codeOf(await sending({ ...order, to: payee }))).toBe('key-reused');
  expect(codeOf(await sending({ ...order, agentId: '' }))).toBe('agent-missing');
  expect(codeOf(await sending({ ...order, reason: '' }))).toBe('reason-missing');
  expect(codeOf(await sending(act('0')))).toBe('unknown-payment');
  expect(codeOf(await sending(act(id)))).toBe('wrong-state');
  const { number } = await room.holder();
  expect(codeOf(await assigning({ ...act(id), accountNumber: number }))).toBe('wrong-state');
  expect(room.news).toEqual([]);
});

test('a sender without an address waits for one; an agent may say another payee', async () => {
  const nameless = await sending(act(await room.inSuspense({ sender: { name: 'Maria Lopez' } })));
  expect(nameless).toMatchObject({ cheque: { state: 'needs-address' } });
  const to = { ...payee, payee: 'Juan Lopez' };
  const order = { ...act(await room.inSuspense({ sender })), to };
  expect(await sending(order)).toMatchObject({ cheque: { state: 'queued', to } });
});

test('the sender’s cheque is printed, mailed and may come back, and nobody is told who has no account', async () => {
  const result = await sending(act(await room.inSuspense({ sender })));
  const id = result.kind === 'sent-back' ? result.cheque.id : '';
  const deps = {
    ...{ now: () => room.at, payeeOf: async () => undefined, contactOf: () => Promise.reject(new Error('asked')) },
    notify: () => Promise.reject(new Error('told')),
  };
  await claimForPrinting(server.db, deps, { batchId: randomUUID(), limit: 1_000, agentId: 'a1' });
  const step = { chequeId: id, agentId: 'a1', number: '77001' };
  expect((await markMailed(server.db, deps, step)).kind).toBe('done');
  expect((await markReturned(server.db, deps, step)).kind).toBe('done');
  const cheques = await findCheques(server.db, { state: 'needs-address', limit: 1_000 });
  expect(cheques.map((cheque) => cheque.id)).toContain(id);
});
