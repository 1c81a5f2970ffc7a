import { closeAccount } from '#db/accounts.ts';
import { openDatabase } from '#db/connect.ts';
import { findPosting } from '#db/ledger.ts';
import { paymentHistory } from '#db/payment-events.ts';
import { findPayment, paymentsOf, type PaymentKind } from '#db/payments.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { enterPayment } from './enter-payment.ts';
import { MailRoom } from './testing/mail-room.ts';

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

const code = async (result: ReturnType<MailRoom['enter']>) => {
  const answer = await result;
  return answer.kind === 'refused' ? answer.code : answer.kind;
};
/** One digit of the number is wrong. */
const misread = (number: string) => `${number.slice(0, 5)}${(Number(number[5]) + 1) % 10}${number.slice(6)}`;

test.each<[PaymentKind, string, string]>([
  ['personal-cheque', 'cheque-clearing', 'cheque-deposit'],
  ['cashiers-cheque', 'cheque-clearing', 'cheque-deposit'],
  ['money-order', 'cheque-clearing', 'money-order-deposit'],
  ['bank-bill-pay', 'bank-clearing', 'bank-deposit'],
  ['moneygram', 'money-transfer-clearing', 'money-transfer-deposit'],
  ['western-union', 'money-transfer-clearing', 'money-transfer-deposit'],
])('a %s goes from %s to the account its memo names', async (kind, clearing, posted) => {
  const holder = await room.holder();
  const order = room.order({ kind, memo: holder.number, cents: 2_345 });
  const result = await room.enter(order);
  expect(result).toMatchObject({ kind: 'on-account', accountId: holder.id, balanceCents: 2_345 });
  const reference = 'reference' in result ? result.reference : '';
  const { kind: named, memo } = (await findPosting(server.db, { reference })) ?? {};
  expect(named).toBe(posted);
  expect(memo).toEqual({ rail: kind, serial: order.item.serial, receivedOn: '2026-05-04', source: 'agent' });
  const another = room.order({ kind, memo: holder.number, cents: 100 });
  expect(await room.moved(() => room.enter(another))).toEqual({ holder: 100, [clearing]: -100 });
});

test('who entered it and when is kept with it, and the holder’s payments are listed, the newest first', async () => {
  const holder = await room.holder();
  const first = await room.paidIn(holder, { sender: { name: 'Maria Lopez' } });
  room.days(1);
  const second = await room.paidIn(holder);
  const [event] = await paymentHistory(server.db, first);
  const at = new Date('2026-05-04T19:00:00Z');
  expect(event).toMatchObject({ kind: 'entered', byId: 'a1', reason: 'account-number', at });
  expect(await paymentsOf(server.db, holder.id)).toMatchObject([
    { id: second, state: 'on-account' },
    { id: first, enteredAt: at, receivedOn: '2026-05-04', sender: { name: 'Maria Lopez' }, source: 'agent' },
  ]);
});

test('the same order again is the same payment, and the holder hears of it once; something else under its key is refused', async () => {
  const holder = await room.holder();
  const order = room.order({ memo: holder.number });
  const first = await room.enter(order);
  expect(await room.enter(order)).toEqual(first);
  const another = { sender: { name: 'Another Lopez' } };
  for (const item of [{ cents: 2_600 }, { serial: 'X1' }, { memo: '' }, another])
    expect(await code(room.enter({ ...order, item: { ...order.item, ...item } }))).toBe('key-reused');
  expect(await code(room.enter({ ...order, source: 'lockbox' }))).toBe('key-reused');
  await closeAccount(server.db, holder.id, room.at);
  expect(await room.enter(order)).toEqual(first);
  expect(room.news).toEqual([{ ...first, kind: 'paid-in' }]);
  expect(await room.balance(holder.id)).toBe(2_500);
});

test('the same item under another key is known by kind, issuer, serial and day', async () => {
  const holder = await room.holder();
  const order = room.order({ memo: holder.number });
  const first = await room.enter(order);
  const again = { kind: 'entered-before', payment: 'payment' in first && first.payment };
  expect(await room.enter(room.order({ ...order.item, memo: '' }))).toEqual({ ...again, sameAmount: true });
  for (const cents of [1, 2_499, 2_501])
    expect(await room.enter(room.order({ ...order.item, cents }))).toEqual({ ...again, sameAmount: false });
  const others = [{ kind: 'moneygram' }, { issuer: 'WU' }, { serial: 'X2' }, { receivedOn: '2026-05-03' }] as const;
  for (const other of others)
    expect(await code(room.enter(room.order({ ...order.item, ...other })))).toBe('on-account');
  expect(await room.balance(holder.id)).toBe(5 * 2_500);
});

test('twenty at once are one payment: with one key, and each with its own', async () => {
  const pool = openDatabase(server.url, { max: 10, connectMs: 15_000, statementMs: 15_000 });
  const holder = await room.holder();
  const order = room.order({ memo: holder.number });
  const same = await Promise.all(Array.from({ length: 20 }, () => room.enter(order, pool)));
  expect(same.map(({ kind }) => kind)).toEqual(same.map(() => 'on-account'));
  const item = room.item({ memo: holder.number });
  const own = await Promise.all(Array.from({ length: 20 }, () => room.enter(room.order(item), pool)));
  expect(own.map(({ kind }) => kind).sort()).toEqual([...Array<string>(19).fill('entered-before'), 'on-account']);
  // One key for many items: one is entered, the others are told.
  const key = 'one key';
  const many = await Promise.all(Array.from({ length: 20 }, () => code(room.enter(room.order({ memo: holder.number }, { key }), pool)))); // prettier-ignore
  expect(many.sort()).toEqual([...Array<string>(19).fill('key-reused'), 'on-account']);
  expect(await room.balance(holder.id)).toBe(3 * 2_500);
  await pool.destroy();
});

test.each<[string, (number: string) => string, string]>([
  ['its number', (number) => number, 'on-account'],
  ['it in groups', (number) => `${number.slice(0, 3)} ${number.slice(3, 6)}-${number.slice(6)}`, 'on-account'],
  ['it after “Acct #”', (number) => ` Acct # ${number}`, 'on-account'],
  ['it after “cuenta no.”', (number) => `cuenta no. ${number}`, 'on-account'],
  ['nothing', () => ' ', 'no-account-number'],
  ['words', () => 'for Maria', 'not-an-account-number'],
  ['a name and its number', (number) => `Maria ${number}`, 'not-an-account-number'],
  ['a digit too many', (number) => `${number}0`, 'not-an-account-number'],
  ['a digit too few', (number) => number.slice(1), 'not-an-account-number'],
  ['digits of another script', () => '١٠٠٠٠٠٠٠٠٨', 'not-an-account-number'],
  ['a wrong digit', misread, 'wrong-check-digit'],
  ['a number nobody has', () => '1000000008', 'unknown-account'],
])('a memo with %s: %s', async (_, memo, expected) => {
  const { number, id } = await room.holder();
  const order = room.order({ memo: memo(number) });
  expect(await code(room.enter(order))).toBe(expected);
  if (expected === 'on-account') return;
  expect(await room.balance(id)).toBe(0);
  // Nothing was written: the agent may have it kept in suspense instead.
  const kept = await room.enter({ ...order, unmatched: 'suspend' });
  expect(kept).toMatchObject({ kind: 'in-suspense', why: expected, payment: { state: 'in-suspense' } });
  expect(await room.enter({ ...order, unmatched: 'suspend' })).toEqual(kept);
  expect(room.news).toEqual([]);
});

test('what cannot be brought to anybody waits in suspense, and no holder is told', async () => {
  const order = room.order({ memo: '1000000008' }, { unmatched: 'suspend' });
  expect(await room.moved(() => room.enter(order))).toEqual({ suspense: 2_500, 'cheque-clearing': -2_500 });
  const payment = await findPayment(server.db, { key: order.key });
  expect(payment?.accountId).toBeUndefined();
  expect(await paymentHistory(server.db, payment?.id ?? '')).toMatchObject([{ reason: 'unknown-account' }]);
});

test('a closed account takes no payment', async () => {
  const holder = await room.holder();
  await closeAccount(server.db, holder.id, room.at);
  expect(await code(room.enter(room.order({ memo: holder.number })))).toBe('account-closed');
});

test('a payment that comes while the account is being closed waits, and then goes to nobody', async () => {
  const holder = await room.holder();
  const another = openDatabase(server.url, { max: 1, connectMs: 15_000, statementMs: 15_000 });
  const closing = await server.db.startTransaction().execute();
  await closeAccount(closing, holder.id, room.at);
  const order = room.order({ memo: holder.number }, { unmatched: 'suspend' });
  const entering = room.enter(order, another);
  await vi.waitFor(async () => {
    const waiting = sql<{ n: number }>`select count(*)::int as n from pg_locks where not granted`;
    expect((await waiting.execute(server.db)).rows[0]?.n).toBeGreaterThan(0);
  });
  await closing.commit().execute();
  expect(await entering).toMatchObject({ kind: 'in-suspense', why: 'account-closed' });
  await another.destroy();
});

test('amounts have limits of their own, by kind and day; a payment by mail may be more than $100', async () => {
  const { number: memo } = await room.holder();
  const amount = (cents: number, over = {}) => code(room.enter(room.order({ memo, cents, ...over })));
  expect(await amount(1)).toBe('on-account');
  expect(await amount(10_001)).toBe('on-account');
  expect(await amount(100_000)).toBe('on-account');
  expect(await amount(100_001)).toBe('above-maximum');
  const terms = { kind: 'moneygram', inForceFrom: '2026-05-03', minCents: '200', maxCents: '5000' } as const;
  await server.db.insertInto('paymentLimit').values(terms).execute();
  expect(await amount(199, { kind: 'moneygram' })).toBe('below-minimum');
  expect(await amount(5_000, { kind: 'moneygram' })).toBe('on-account');
  expect(await amount(5_001, { kind: 'moneygram' })).toBe('above-maximum');
  expect(await amount(5_001, { kind: 'moneygram', receivedOn: '2026-05-02' })).toBe('on-account');
  // From the very day on.
  expect(await amount(5_001, { kind: 'moneygram', receivedOn: '2026-05-03' })).toBe('above-maximum');
  expect(await amount(5_001, { kind: 'western-union' })).toBe('on-account');
  // A year misread, before there were limits: the first of them.
  expect(await amount(5_001, { kind: 'western-union', receivedOn: '2006-05-04' })).toBe('on-account');
  expect(await amount(100_001, { kind: 'western-union', receivedOn: '2006-05-04' })).toBe('above-maximum');
});

test('limits that would make a deposit of $50 impossible are not taken', async () => {
  const limit = { kind: 'moneygram', inForceFrom: '2027-01-01', minCents: '1', maxCents: '4999' } as const;
  await expect(server.db.insertInto('paymentLimit').values(limit).execute()).rejects.toThrow(/payment_limit/);
});

test('a payment of the day after tomorrow is refused, and so is one that nobody enters', async () => {
  const { number: memo } = await room.holder();
  expect(await code(room.enter(room.order({ memo, receivedOn: '2026-05-05' })))).toBe('on-account');
  expect(await code(room.enter(room.order({ memo, receivedOn: '2026-05-06' })))).toBe('day-in-future');
  expect(await code(room.enter(room.order({ memo }, { agentId: '' })))).toBe('agent-missing');
});

test('when telling the holder fails nothing was entered', async () => {
  const holder = await room.holder();
  const order = room.order({ memo: holder.number });
  const fails = { ...room.deps(), onNews: () => Promise.reject(new Error('no receipt')) };
  await expect(enterPayment(server.db, fails, order)).rejects.toThrow('no receipt');
  expect(await room.balance(holder.id)).toBe(0);
  expect(await code(room.enter(order))).toBe('on-account');
});
