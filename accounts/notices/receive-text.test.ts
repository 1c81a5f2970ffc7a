import { randomUUID } from 'node:crypto';
import { fundingPlan } from '#db/funding.ts';
import { lowBalancesOf, newestAlert } from '#db/low-balance.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { hasOptedOut } from '#db/text-opt-outs.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { joinFunding } from '../funding/enrolment.ts';
import { fundingWords } from '../funding/notice-words.ts';
import { serveLowBalance } from '../funding/serve-low-balance.ts';
import { Counter, choice, freshMobile } from '../funding/testing/counter.ts';
import { notifyWith } from './notice.ts';
import { receiveText } from './receive-text.ts';

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

const deps = () => ({ ...counter.deps(), notify: notifyWith(fundingWords, () => counter.at) });
const text = (body: string, id: string = randomUUID(), from = mobile) =>
  receiveText(server.db, deps(), { id, from, body });
const told = async () => {
  const query = server.db.selectFrom('notice').select(['body', 'despiteOptOut']).where('recipient', '=', mobile);
  return query.orderBy('id').execute();
};
async function asked(): Promise<string> {
  const accountId = await counter.account(600);
  const chosen = choice({ mode: 'textpay', mobile });
  await joinFunding(server.db, deps(), { accountId, by: { kind: 'web' }, key: randomUUID(), choice: chosen });
  await counter.move(accountId, -200);
  await serveLowBalance(server.db, deps(), (await lowBalancesOf(server.db, accountId))[0]?.id ?? '');
  return accountId;
}

test('PAY agrees to the question; the same message again, also under another word, does nothing', async () => {
  await asked();
  const before = (await told()).length;
  expect(await text('Pay', 'SM1')).toBe('pay');
  expect(await newestAlert(server.db, mobile)).toMatchObject({ state: 'paying' });
  expect(await text('Pay', 'SM1')).toBe('arrived-before');
  expect(await text('STOP', 'SM1')).toBe('arrived-before');
  expect(await hasOptedOut(server.db, mobile)).toBe(false);
  expect((await told()).length).toBe(before + 1);
});

test('STOP ends TextPay, opts the number out, and is confirmed once', async () => {
  const accountId = await asked();
  const before = (await told()).length;
  await Promise.all(Array.from({ length: 4 }, () => text('stop', 'SM2')));
  expect(await text('stop again')).toBe('stop');
  expect(await fundingPlan(server.db, accountId)).toBeUndefined();
  expect(await hasOptedOut(server.db, mobile)).toBe(true);
  expect((await told()).slice(before)).toMatchObject([
    { body: expect.stringMatching(/^You are opted out/) as string, despiteOptOut: true },
  ]);
});

test('STOP of a stranger is honoured and confirmed once, in the language of the word; START lifts it', async () => {
  expect(await text('Alto')).toBe('stop');
  expect(await text('stop')).toBe('stop');
  expect(await hasOptedOut(server.db, mobile)).toBe(true);
  expect(await text('START')).toBe('start');
  expect(await text('START')).toBe('start');
  expect(await hasOptedOut(server.db, mobile)).toBe(false);
  const bodies = await told();
  expect(bodies).toMatchObject([
    { body: expect.stringMatching(/^Homeline: cancelado/) as string, despiteOptOut: true },
    { body: expect.stringMatching(/^Homeline: texts may come again/) as string, despiteOptOut: false },
  ]);
});

test('START of a holder who had opted out is answered in the language of the plan', async () => {
  await text('stop');
  const chosen = choice({ mobile, notices: 'text', language: 'es' });
  const accountId = await counter.account(600);
  await joinFunding(server.db, deps(), { accountId, by: { kind: 'web' }, key: randomUUID(), choice: chosen });
  await text('START');
  expect((await told()).at(-1)?.body).toMatch(/^Homeline: puede volver a recibir mensajes/);
});

test('HELP answers a stranger; an unknown text pays nothing', async () => {
  expect(await text('help')).toBe('help');
  await asked();
  expect(await text('pay please')).toBe('unknown');
  expect(await newestAlert(server.db, mobile)).toMatchObject({ state: 'open' });
  expect((await told())[0]?.body).toMatch(/^Homeline TextPay/);
  expect((await told()).at(-1)?.body).toMatch(/^Not understood/);
});

test('a foreign number is neither answered nor kept', async () => {
  expect(await text('stop', 'SM3', '+525512345678')).toBe('foreign');
  const kept = server.db.selectFrom('inboundText').selectAll().where('id', '=', 'SM3');
  expect(await kept.execute()).toEqual([]);
});

test('what a text asked is kept, its words are not', async () => {
  await text('my PIN is 8642', 'SM4');
  const row = await server.db.selectFrom('inboundText').selectAll().where('id', '=', 'SM4').executeTakeFirst();
  expect(row).toEqual({ id: 'SM4', mobile, kind: 'unknown', at: counter.at });
});
