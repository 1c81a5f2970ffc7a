import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freshMobile } from '../funding/testing/counter.ts';
import { notifyWith } from '../notices/notice.ts';
import { enterPayment } from '../rails/enter-payment.ts';
import { returnPayment } from '../rails/returned/return-payment.ts';
import { MailRoom } from '../rails/testing/mail-room.ts';
import { receiptWords } from './notice-words.ts';
import { paymentReceipts } from './payment-receipts.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let room: MailRoom;
beforeAll(async () => {
  server = await startTestDatabase();
  room = new MailRoom(server.db);
});
afterAll(() => server.stop());

function desk() {
  const now = () => room.at;
  const mobile = freshMobile();
  const contactOf = async () => ({ language: 'en', mobile }) as const;
  return { now, onNews: paymentReceipts({ contactOf, notify: notifyWith(receiptWords, now) }, now) };
}

const written = async (accountId: string) =>
  (await server.db.selectFrom('notice').select(['key', 'body']).where('accountId', '=', accountId).orderBy('id').execute()); // prettier-ignore

test('a payment that reaches an account has a receipt, once, however often it is entered', async () => {
  const holder = await room.holder();
  const order = room.order({ memo: holder.number });
  const deps = desk();
  const entered = await enterPayment(server.db, deps, order);
  await enterPayment(server.db, deps, order);
  if (entered.kind !== 'on-account') throw new Error(entered.kind);
  expect(await written(holder.id)).toEqual([
    {
      key: `receipt payment ${entered.payment.id}`,
      body: `Homeline receipt: $25.00 added to your account ending ${holder.id.slice(-4)}, May 4, 2026, by money order. Fee $0.00. Balance $25.00. Ref ${entered.reference}.`,
    },
  ]);
});

test('five receipts of a month come by text, whatever they tell; more come by e-mail', async () => {
  const holder = await room.holder();
  const now = () => room.at;
  const mobile = freshMobile();
  const contactOf = async () => ({ language: 'en', mobile, spareEmail: 'family@example.com' }) as const;
  const onNews = paymentReceipts({ contactOf, notify: notifyWith(receiptWords, now) }, now);
  const order = (n: number) => room.order({ memo: holder.number, cents: 100 * n });
  for (let n = 1; n <= 6; n++) await enterPayment(server.db, { now, onNews }, order(n));
  const channels = server.db.selectFrom('notice').select('channel').where('accountId', '=', holder.id).orderBy('id');
  const texts = Array<string>(5).fill('text');
  expect((await channels.execute()).map(({ channel }) => channel)).toEqual([...texts, 'e-mail']);
});

test('one that the bank takes back is told as well', async () => {
  const holder = await room.holder();
  const deps = desk();
  const cheque = room.order({ memo: holder.number, kind: 'personal-cheque', issuer: '121000358-1234' });
  const entered = await enterPayment(server.db, deps, cheque);
  if (entered.kind !== 'on-account') throw new Error(entered.kind);
  const act = { key: 'nsf', paymentId: entered.payment.id, agentId: 'a1', reason: 'no funds' };
  await returnPayment(server.db, deps, act);
  const back = await returnPayment(server.db, deps, act);
  const [, returned, ...more] = await written(holder.id);
  expect(returned?.key).toBe(`receipt payment ${entered.payment.id} returned`);
  expect(returned?.body).toContain('the bank returned your check of $25.00');
  expect(back.kind === 'returned' && returned?.body.endsWith(`Ref ${back.reference}.`)).toBe(true);
  expect(more).toEqual([]);
});
