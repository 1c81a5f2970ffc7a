import { randomUUID } from 'node:crypto';
import { closeAccount, openAccount } from '#db/accounts.ts';
import { openDatabase } from '#db/connect.ts';
import type { DepositChannel } from '#db/deposits.ts';
import { findPosting } from '#db/ledger.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { depositByCard, type CardDeposit, type DepositDeps } from '../deposits/deposit-by-card.ts';
import { resolveDeposits } from '../deposits/resolve.ts';
import { depositKey, settle } from '../deposits/settle.ts';
import { freshMobile } from '../funding/testing/counter.ts';
import type { Contact } from '../notices/contact.ts';
import { notifyWith } from '../notices/notice.ts';
import { Bank } from '../testing/bank.ts';
import { cardReceipts } from './card-receipts.ts';
import { receiptWords } from './notice-words.ts';
import { writeReceipt } from './receipt.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let bank: Bank;
let contact: Contact | undefined;
let now: Date;
let accountId: string;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());
beforeEach(async () => {
  bank = new Bank();
  contact = { language: 'en', mobile: freshMobile(), email: 'family@example.com' };
  now = new Date('2026-05-02T05:30:00Z'); // still the first of May at the house
  accountId = `${randomUUID()}-0042`;
  await openAccount(server.db, { id: accountId, numbers: [], at: now });
});

const receipts = () => ({ contactOf: async () => contact, notify: notifyWith(receiptWords, () => now) });
const deps = (over: Partial<DepositDeps> = {}): DepositDeps => ({
  ...{ db: server.db, gateway: bank, now: () => now, onSettled: cardReceipts(receipts()), ...over },
});
const order = (change: Partial<CardDeposit> = {}): CardDeposit => ({
  ...{ key: randomUUID(), accountId, cents: 2_500, channel: 'web' },
  ...{ card: { token: 'tok_1', brand: 'visa', lastFour: '4242' }, ...change },
});
const written = () => server.db.selectFrom('notice').selectAll().where('accountId', '=', accountId).orderBy('id').execute(); // prettier-ignore
const texts = async () => (await written()).filter(({ channel }) => channel === 'text').map(({ body }) => body);
const captured = (depositId: string) => ({ kind: 'captured', gatewayId: `ch ${depositId}` }) as const;

test('a receipt tells amount, fee, card, account, day, new balance and the number of the transaction', async () => {
  await depositByCard(deps(), order({ cents: 200 }));
  const before = (await written()).length;
  const { depositId } = await depositByCard(deps(), order());
  const reference = (await findPosting(server.db, { key: depositKey(depositId) }))?.reference ?? '';
  const [text, mail] = (await written()).slice(before);
  expect(text).toMatchObject({
    ...{ key: `receipt ${depositId}`, channel: 'text', recipient: contact?.mobile, state: 'waiting', writtenAt: now },
    body: `Homeline receipt: $25.00 added to your account ending 0042, May 1, 2026, by Visa ending 4242. Fee $0.00. Balance $27.00. Ref ${reference}.`,
  });
  expect(mail).toMatchObject({
    ...{ channel: 'e-mail', recipient: 'family@example.com', subject: 'Homeline: receipt for $25.00' },
    body: [
      ...['Thank you. We received your deposit.', '', 'Amount: $25.00', 'Fee: $0.00', 'Total: $25.00'],
      ...['Paid by: Visa ending 4242', 'Account ending: 0042', 'Date: May 1, 2026', 'New balance: $27.00'],
      ...[`Transaction number: ${reference}`, ''],
    ].join('\n'),
  });
  expect(reference).toMatch(/^\d{10}$/);
});

const ways: readonly (readonly [DepositChannel, number])[] = [
  ...([['web', 2], ['phone-line', 2], ['agent', 2]] as const), // prettier-ignore
  ...([['autopay', 0], ['textpay', 0]] as const), // prettier-ignore
];
test.each(ways)('a deposit by %s has %i receipts', async (channel, many) => {
  expect((await depositByCard(deps(), order({ channel }))).kind).toBe('captured');
  expect(await written()).toHaveLength(many);
});

test.each<[string, Contact | undefined, string[]]>([
  ['texts', { language: 'en', mobile: '+12135550177' }, ['text']],
  ['e-mail', { language: 'en', email: 'family@example.com' }, ['e-mail']],
  ['nothing', { language: 'en' }, []],
  ['what nobody knows', undefined, []],
])('who wants %s gets that, and the deposit is there in any case', async (_what, wanted, channels) => {
  contact = wanted;
  expect(await depositByCard(deps(), order())).toMatchObject({ kind: 'captured', balanceCents: 2_500 });
  expect((await written()).map(({ channel }) => channel)).toEqual(channels);
});

test('a declined deposit and one that was given up have none', async () => {
  bank.ways.push('declined', 'cut-before');
  await depositByCard(deps(), order());
  await depositByCard(deps(), order());
  now = new Date(now.getTime() + 3_600_000);
  expect(await resolveDeposits(deps(), { afterMs: 0, abandonMs: 0 })).toMatchObject({ abandoned: 1 });
  expect(await written()).toEqual([]);
});

test('who paid by telephone is told of a deposit that was not charged after all, once, and has a receipt if it was in the end', async () => {
  bank.ways.push('cut-before');
  const { depositId } = await depositByCard(deps(), order({ channel: 'phone-line' }));
  expect(await written()).toEqual([]);
  for (let twice = 0; twice < 2; twice++) await resolveDeposits(deps(), { afterMs: 0, abandonMs: 0 });
  const notMade =
    'Homeline: your payment of $25.00 to the account ending 0042, May 1, 2026, was not made. Nothing was charged.';
  expect((await written()).map(({ channel, subject, body }) => [channel, subject, body])).toEqual([
    ['text', null, notMade],
    ['e-mail', 'Homeline: nothing was charged', `${notMade}\n`],
  ]);
  await settle(deps(), depositId, captured(depositId));
  expect((await texts()).map((text) => text?.slice(0, 33))).toEqual([
    notMade.slice(0, 33),
    'Homeline receipt: $25.00 added to',
  ]);
});

test('the same order, the resolver and the gateway’s own word, many times and at once: one receipt', async () => {
  bank.ways.push('cut-after');
  const asked = order();
  const { depositId } = await depositByCard(deps(), asked);
  expect(await written()).toEqual([]);
  const pool = openDatabase(server.url, { max: 8, connectMs: 15_000, statementMs: 15_000 });
  const all = deps({ db: pool });
  await Promise.all([
    ...Array.from({ length: 6 }, () => settle(all, depositId, captured(depositId))),
    ...Array.from({ length: 4 }, () => depositByCard(all, asked)),
    ...Array.from({ length: 2 }, () => resolveDeposits(all, { afterMs: 0, abandonMs: 600_000 })),
  ]);
  await pool.destroy();
  expect((await written()).map(({ channel }) => channel)).toEqual(['text', 'e-mail']);
  const work = server.db.selectFrom('outbox').select('payload').where('topic', '=', 'notice');
  const ids = (await work.execute()).map(({ payload }) => payload['noticeId']);
  for (const { id } of await written()) expect(ids.filter((one) => one === id)).toHaveLength(1);
});

test('a deposit of which the resolver finds out has its receipt, by the day it was settled', async () => {
  bank.ways.push('cut-after');
  await depositByCard(deps(), order());
  now = new Date('2026-05-02T08:00:00Z');
  await resolveDeposits(deps(), { afterMs: 60_000, abandonMs: 600_000 * 60 });
  expect(await texts()).toEqual([expect.stringContaining('$25.00 added to your account ending 0042, May 2, 2026')]);
});

test('one that had been given up and was taken after all has its receipt', async () => {
  bank.ways.push('cut-before');
  const { depositId } = await depositByCard(deps(), order());
  await settle(deps(), depositId, { kind: 'abandoned' });
  await settle(deps(), depositId, captured(depositId));
  await settle(deps(), depositId, captured(depositId));
  expect(await texts()).toHaveLength(1);
});

test('a receipt that cannot be written leaves no deposit behind that nobody heard of: it is settled again, with one', async () => {
  const broken = { ...receipts(), notify: async () => Promise.reject(new Error('no receipt')) };
  const asked = order();
  await expect(depositByCard(deps({ onSettled: cardReceipts(broken) }), asked)).rejects.toThrow('no receipt');
  expect(await written()).toEqual([]);
  expect(await depositByCard(deps(), asked)).toMatchObject({ kind: 'captured', balanceCents: 2_500 });
  expect(await written()).toHaveLength(2);
  expect(bank.takenCents).toBe(2_500);
});

test.each<DepositChannel>(['web', 'autopay'])(
  'a card that is charged by %s after closing: the holder hears that it goes back, not that it was added',
  async (channel) => {
    contact = { language: 'es', email: 'family@example.com' };
    bank.ways.push('cut-after');
    await depositByCard(deps(), order({ channel }));
    await closeAccount(server.db, accountId, now);
    await resolveDeposits(deps(), { afterMs: 0, abandonMs: 600_000 });
    const [mail, more] = await written();
    expect(more).toBeUndefined();
    expect(mail?.subject).toBe('Homeline: $25.00 vuelven a su tarjeta');
    expect(mail?.body).toMatch(
      /^Homeline: \$25\.00 de Visa 4242 llegaron con su cuenta 0042 ya cerrada, 1 may 2026\. Se devuelven a la tarjeta entre el 15 de mayo de 2026 y el 19 de mayo de 2026\. Ref \d{10}\.\n$/,
    );
  },
);

test('a deposit by another rail has its receipt too, once', async () => {
  const at = now;
  const news = { kind: 'deposited', cents: 15_000, balanceCents: 15_300, reference: '0000012344', at } as const;
  const receipt = { accountId, depositId: randomUUID(), news: { ...news, by: { kind: 'money-order' } } } as const;
  for (let twice = 0; twice < 2; twice++) await writeReceipt(server.db, receipts(), receipt);
  expect(await texts()).toEqual([
    'Homeline receipt: $150.00 added to your account ending 0042, May 1, 2026, by money order. Fee $0.00. Balance $153.00. Ref 0000012344.',
  ]);
});
