import { randomUUID } from 'node:crypto';
import { closeAccount } from '#db/accounts.ts';
import { fundingPlan } from '#db/funding.ts';
import { lowBalancesOf, newestAlert, TEXT_PAY } from '#db/low-balance.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { changeFunding, joinFunding, leaveFunding } from './enrolment.ts';
import { serveLowBalance } from './serve-low-balance.ts';
import { Counter, choice, freshMobile } from './testing/counter.ts';
import { answerText, serveTextPay, type InboundText } from './text-pay.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let counter: Counter;
let mobile: string;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  counter = new Counter(server.db);
  mobile = freshMobile();
});
afterAll(() => server.stop());

const by = { kind: 'web' } as const;
const request = (accountId: string) => ({ accountId, by, key: randomUUID() });
async function member(over = {}): Promise<string> {
  const id = await counter.account(600);
  const chosen = choice({ mode: 'textpay', mobile, ...over });
  await joinFunding(server.db, counter.deps(), { ...request(id), choice: chosen });
  return id;
}
async function fall(accountId: string): Promise<void> {
  await counter.move(accountId, 400 - (await counter.balance(accountId)));
  const [low] = await lowBalancesOf(server.db, accountId);
  await serveLowBalance(server.db, counter.deps(), low?.id ?? '');
}
const text = (kind: InboundText['kind'], from = mobile, id: string = randomUUID()) =>
  answerText(server.db, counter.deps(), { id, from, kind, at: counter.at });
const serve = (alertId: string, onStep?: Parameters<Counter['deps']>[0]) =>
  serveTextPay(server.db, counter.deps(onStep), alertId);
const hours = (many: number) => {
  counter.at = new Date(counter.at.getTime() + many * 3_600_000);
};
async function agree(): Promise<string> {
  const answer = await text('pay');
  if (answer.kind !== 'paying') throw new Error(answer.kind);
  return answer.alertId;
}

test('PAY pays the preset amount of the account that was asked about, once', async () => {
  const id = await member();
  await fall(id);
  expect(counter.charges).toEqual([]);
  expect((await counter.notices(id)).at(-1)).toMatchObject({
    accountEnding: id.slice(-4),
    to: { mobile },
    news: { kind: 'textpay-asked', cents: 2_000, balanceCents: 400 },
  });
  const alertId = await agree();
  expect(await serve(alertId)).toMatchObject({ kind: 'captured' });
  expect(counter.charges).toEqual([{ key: `textpay:${alertId}`, cents: 2_000, token: 'tok_1' }]);
  expect(await newestAlert(server.db, mobile)).toMatchObject({ state: 'paid' });
  expect((await counter.news(id)).slice(-2)).toEqual(['textpay-paying', 'textpay-paid']);
  expect(await serve(alertId)).toEqual({ kind: 'served-before' });
  const { card } = counter;
  counter.card = { kind: 'none' };
  expect(await text('pay')).toEqual({ kind: 'already-paid' });
  counter.card = card;
  expect(counter.charges).toHaveLength(1);
  await fall(id);
  expect(await serve(await agree())).toMatchObject({ kind: 'captured' });
  expect(counter.charges).toHaveLength(2);
});

test('who does not answer is not charged', async () => {
  const id = await member();
  await fall(id);
  hours(100);
  await counter.move(id, -100);
  expect(counter.charges).toEqual([]);
  expect(await counter.balance(id)).toBe(300);
});

test('ten texts at once pay once', async () => {
  await fall(await member());
  const answers = await Promise.all(Array.from({ length: 10 }, () => text('pay')));
  const kinds = answers.map(({ kind }) => kind).sort();
  expect(kinds).toEqual([...Array.from({ length: 9 }, () => 'already-paid'), 'paying']);
  const rows = await server.db.selectFrom('outbox').select('payload').where('topic', '=', TEXT_PAY).execute();
  const alert = await newestAlert(server.db, mobile);
  expect(rows.filter(({ payload }) => payload['alertId'] === alert?.id)).toHaveLength(1);
  await Promise.all(Array.from({ length: 4 }, () => serve(alert?.id ?? '')));
  expect(counter.charges).toHaveLength(1);
});

test.each(['look', 'begun', 'deposited', 'settled'] as const)(
  'dying at "%s" and beginning again charges once and tells once',
  async (death) => {
    const id = await member();
    await fall(id);
    const alertId = await agree();
    const dying = serve(alertId, (step) => {
      if (step === death) throw new Error(`killed at ${death}`);
    });
    await expect(dying).rejects.toThrow(`killed at ${death}`);
    counter.card = { kind: 'none' };
    await Promise.all(Array.from({ length: 3 }, () => serve(alertId)));
    expect(counter.charges).toHaveLength(1);
    expect(await counter.balance(id)).toBe(2_400);
    expect((await counter.news(id)).filter((kind) => kind === 'textpay-paid')).toHaveLength(1);
  },
);

test('while the gateway has not said, the question is being paid; afterwards it is paid', async () => {
  const id = await member();
  await fall(id);
  const alertId = await agree();
  counter.mood = 'unknown';
  expect(await serve(alertId)).toEqual({ kind: 'pending' });
  expect(await text('pay')).toEqual({ kind: 'already-paid' });
  counter.mood = 'approve';
  expect(await serve(alertId)).toMatchObject({ kind: 'captured' });
  expect(counter.charges).toHaveLength(1);
});

test('a declined payment ends the question', async () => {
  const id = await member();
  await fall(id);
  counter.mood = 'decline';
  expect(await serve(await agree())).toEqual({ kind: 'declined', reason: 'insufficient-funds' });
  expect((await counter.news(id)).at(-1)).toBe('textpay-declined');
  expect(await text('pay')).toEqual({ kind: 'nothing-to-pay' });
  expect(counter.charges).toEqual([]);
});

test('a question can be answered for 72 hours, not a millisecond more', async () => {
  await fall(await member());
  hours(72);
  expect(await text('pay')).toEqual({ kind: 'question-expired' });
  counter.at = new Date(counter.at.getTime() - 1);
  expect(await text('pay')).toMatchObject({ kind: 'paying' });
});

test('without a question, from a stranger, or with a text that is not PAY, nothing is paid, and that is said', async () => {
  const id = await member();
  expect(await text('pay')).toEqual({ kind: 'nothing-to-pay' });
  await fall(id);
  expect(await text('pay', freshMobile())).toEqual({ kind: 'nothing-to-pay' });
  expect(await text('unknown')).toEqual({ kind: 'not-understood' });
  expect(await text('help')).toEqual({ kind: 'help' });
  expect(await newestAlert(server.db, mobile)).toMatchObject({ state: 'open' });
  expect((await counter.news(id)).slice(-2)).toEqual(['not-understood', 'help']);
});

test('a question whose plan ended, was closed, moved to AutoPay or to another mobile is not paid', async () => {
  const ends = [
    (id: string) => leaveFunding(server.db, counter.deps(), request(id)),
    (id: string) => closeAccount(server.db, id, counter.at),
    (id: string) =>
      changeFunding(server.db, counter.deps(), { ...request(id), choice: choice({ mode: 'autopay', mobile }) }),
    (id: string) =>
      changeFunding(server.db, counter.deps(), {
        ...request(id),
        choice: choice({ mode: 'textpay', mobile: freshMobile() }),
      }),
  ];
  for (const end of ends) {
    mobile = freshMobile();
    const id = await member();
    await fall(id);
    await end(id);
    expect(await text('pay')).toEqual({ kind: 'nothing-to-pay' });
  }
  expect(counter.charges).toEqual([]);
});

test('without a card that is good the holder hears so, and can answer again when there is one', async () => {
  await fall(await member());
  counter.card = { kind: 'expired' };
  expect(await text('pay')).toEqual({ kind: 'card-missing' });
  counter.card = { kind: 'card', card: { token: 'tok_9', brand: 'visa', lastFour: '1881' } };
  expect(await serve(await agree())).toMatchObject({ kind: 'captured' });
  expect(counter.charges).toMatchObject([{ token: 'tok_9' }]);
});

test('of several accounts with one mobile the last question is meant, and a second PAY pays no other', async () => {
  const first = await member();
  const second = await member();
  await fall(first);
  await fall(second);
  const answer = await text('pay');
  expect(answer).toMatchObject({ kind: 'paying', accountId: second });
  expect((await counter.notices(second)).at(-1)).toMatchObject({ accountEnding: second.slice(-4) });
  expect(await text('pay')).toEqual({ kind: 'already-paid' });
  await serve(answer.kind === 'paying' ? answer.alertId : '');
  expect(counter.charges).toHaveLength(1);
  expect(await counter.balance(first)).toBe(400);
});

test('STOP ends TextPay and the texts of AutoPay on every account of the mobile, with one text', async () => {
  const texting = await member();
  const both = await member({ mode: 'both' });
  const silent = await member({ mode: 'autopay', notices: 'text', email: undefined });
  await fall(texting);
  const stopped = await text('stop');
  expect(stopped).toMatchObject({ kind: 'stopped' });
  expect(stopped.kind === 'stopped' && [...stopped.accountIds].sort()).toEqual([texting, both, silent].sort());
  expect(await fundingPlan(server.db, texting)).toBeUndefined();
  expect(await fundingPlan(server.db, both)).toMatchObject({ mode: 'autopay', notices: 'e-mail' });
  expect(await fundingPlan(server.db, silent)).toMatchObject({ mode: 'autopay', notices: 'none' });
  expect(await text('pay')).toEqual({ kind: 'nothing-to-pay' });
  expect(await text('stop')).toEqual({ kind: 'nothing-to-stop' });
  const told = await Promise.all([texting, both, silent].map((id) => counter.news(id)));
  expect(told.flat().filter((kind) => kind === 'texts-stopped')).toHaveLength(1);

  const before = (await counter.notices(both)).length;
  await fall(both);
  await fall(silent);
  expect(counter.charges).toHaveLength(2);
  const after = (await counter.notices(both)).slice(before);
  expect(after.map(({ to }) => to)).toEqual([{ email: 'family@example.com' }]);
});

test('STOP does not wake an AutoPay that was suspended', async () => {
  const id = await member({ mode: 'both' });
  counter.mood = 'decline';
  for (let round = 0; round < 3; round++) {
    await fall(id);
    await counter.move(id, 400);
  }
  const { suspendedAt } = (await fundingPlan(server.db, id)) ?? {};
  expect(suspendedAt).toBeDefined();
  await text('stop');
  expect(await fundingPlan(server.db, id)).toMatchObject({ mode: 'autopay', suspendedAt });
});

test('STOP and PAY at once: either it was paid before, or it is not paid', async () => {
  for (let round = 0; round < 10; round++) {
    mobile = freshMobile();
    await fall(await member());
    const [stopped, paid] = await Promise.all([text('stop'), text('pay')]);
    expect(stopped.kind).toBe('stopped');
    expect(['paying', 'nothing-to-pay']).toContain(paid.kind);
    const alert = await newestAlert(server.db, mobile);
    expect(alert?.state).toBe(paid.kind === 'paying' ? 'paying' : 'open');
  }
});

test('a text that is delivered again agrees to nothing else, also when there is a new question', async () => {
  const id = await member();
  await fall(id);
  const agreed = await text('pay', mobile, `SM ${mobile}`);
  await serve(agreed.kind === 'paying' ? agreed.alertId : '');
  await fall(id);
  expect(await text('pay', mobile, `SM ${mobile}`)).toEqual({ kind: 'already-paid' });
  expect(counter.charges).toHaveLength(1);
  expect(await newestAlert(server.db, mobile)).toMatchObject({ state: 'open' });
  expect((await counter.news(id)).slice(-2)).toEqual(['textpay-paid', 'textpay-asked']);
});
