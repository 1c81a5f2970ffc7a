import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openAccount } from '#db/accounts.ts';
import { callChargeKey } from '#db/account-calls.ts';
import { closeCall, openCall, setNumber } from '#db/calls.ts';
import { post } from '#db/ledger.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { BadCursor, readCallDetails, readStatement, transactionsOf } from './read.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
const on = (day: number, hour = 12) => new Date(Date.UTC(2026, 4, day, hour));
const period = { from: on(10, 0), until: on(20, 0) };
const timeZone = 'America/Los_Angeles';
beforeAll(async () => {
  server = await startTestDatabase();
  await seedDemo(server.db, { pinPepper: 'p', realm: 'r', now: on(1) });
});
afterAll(() => server.stop());

let last = 0;
async function account(numbers: string[] = []): Promise<string> {
  const id = `account-${++last}`;
  await openAccount(server.db, { id, numbers, at: on(1) });
  return id;
}
const move = (holder: string, cents: number, at: Date, kind = 'card-deposit', memo = {}, key: string = randomUUID()) =>
  post(server.db, { key, kind, at, memo, entries: [{ ledger: { holder }, cents }, { ledger: cents > 0 ? 'card-clearing' : 'revenue', cents: -cents }] }); // prettier-ignore

async function call(
  number: string,
  at: Date,
  ending: { disposition: string; talk?: number; policy?: boolean; open?: boolean },
) {
  const id = randomUUID();
  await openCall(server.db, { id, facilityId: 'rio-claro', node: 'n', callerLeg: { sipCallId: id }, offHookAt: at });
  await setNumber(server.db, id, number, at);
  const { disposition, talk, policy = false, open = false } = ending;
  const talking = new Date(at.getTime() + 30_000);
  const done = new Date(talking.getTime() + (talk ?? 0) * 1_000);
  const states = { ...(talk !== undefined && { talking }), done };
  if (!open)
    await closeCall(server.db, id, { disposition, cause: 'x', endedBy: policy ? 'policy' : 'outside', states });
  return id;
}

test('a statement begins with what was there, tells what happened and ends with what is there', async () => {
  const holder = await account();
  await move(holder, 5_000, on(9));
  const [deposit, talk] = [await move(holder, 2_001, on(10, 0)), await move(holder, -325, on(19), 'video-call', { seconds: 780 })]; // prettier-ignore
  await move(holder, 700, on(20, 0));
  const statement = await readStatement(server.db, { accountId: holder, period, timeZone });
  expect(statement).toMatchObject({ openingCents: 5_000, inCents: 2_001, outCents: 325, closingCents: 6_676 });
  expect(statement.lines).toEqual([
    {
      at: on(10, 0),
      reference: deposit.reference,
      kind: 'card-deposit',
      inCents: 2_001,
      outCents: 0,
      balanceCents: 7_001,
    },
    { at: on(19), reference: talk.reference, kind: 'video-call', seconds: 780, inCents: 0, outCents: 325, balanceCents: 6_676 }, // prettier-ignore
  ]);
});

test('what was posted late stands at its time, and the balances run through it', async () => {
  const holder = await account();
  await move(holder, 1_000, on(15));
  await move(holder, 500, on(12));
  await move(holder, 200, on(5));
  const { openingCents, lines } = await readStatement(server.db, { accountId: holder, period, timeZone });
  expect([openingCents, ...lines.map((line) => line.balanceCents)]).toEqual([200, 700, 1_700]);
});

test('the statements of one period after the other hand the balance on', async () => {
  const holder = await account();
  for (let day = 1; day <= 28; day++) await move(holder, day * 7, on(day, day % 24));
  const cuts = [1, 3, 3, 10, 17, 29].map((day) => on(day, 0));
  let balance = 0;
  for (const [index, from] of cuts.slice(0, -1).entries()) {
    const until = cuts[index + 1] ?? from;
    const statement = await readStatement(server.db, { accountId: holder, period: { from, until }, timeZone });
    expect(statement.openingCents).toBe(balance);
    balance = statement.closingCents;
  }
  expect(balance).toBe((28 * 29 * 7) / 2);
});

test('another’s postings are on nobody else’s statement, and an unknown account has nothing', async () => {
  const [mine, other] = [await account(), await account()];
  await move(other, 900, on(12));
  for (const accountId of [mine, 'nobody']) {
    const statement = await readStatement(server.db, { accountId, period, timeZone });
    expect(statement).toMatchObject({ openingCents: 0, closingCents: 0, lines: [] });
    expect(await transactionsOf(server.db, accountId, { limit: 5 })).toEqual({ transactions: [] });
  }
});

test('transactions come in pages, the newest first; what is posted meanwhile shifts nothing', async () => {
  const holder = await account();
  const references: string[] = [];
  for (let n = 1; n <= 7; n++) references.unshift((await move(holder, n * 100, on(n))).reference);
  const seen: string[] = [];
  let cursor: string | undefined;
  const sizes: number[] = [];
  do {
    const page = await transactionsOf(server.db, holder, { limit: 3, ...(cursor !== undefined && { cursor }) });
    sizes.push(page.transactions.length);
    seen.push(...page.transactions.map(({ reference }) => reference));
    cursor = page.next;
    await move(holder, 1, on(8));
  } while (cursor !== undefined);
  expect([sizes, seen]).toEqual([[3, 3, 1], references]);
  expect((await transactionsOf(server.db, holder, { limit: 20 })).transactions.at(-1)).toMatchObject({ cents: 100, balanceCents: 100 }); // prettier-ignore
});

test('deposits alone are what was paid in; a deposit that was taken back is none', async () => {
  const holder = await account();
  const paid = [await move(holder, 500, on(1)), await move(holder, 300, on(2), 'money-order-deposit')];
  await move(holder, 100, on(3), 'claimed');
  await move(holder, -200, on(4), 'deposit-reversed');
  const { transactions } = await transactionsOf(server.db, holder, { limit: 9, only: 'deposits' });
  expect(transactions.map(({ reference }) => reference)).toEqual(paid.map(({ reference }) => reference).reverse());
});

test('a page that ends with the last transaction has no next', async () => {
  const holder = await account();
  for (let n = 1; n <= 3; n++) await move(holder, 100, on(n));
  expect((await transactionsOf(server.db, holder, { limit: 3 })).next).toBeUndefined();
});

test.each(['', '0', '-1', '1e3', "1' or true", '9'.repeat(19)])('a cursor of %o is refused', async (cursor) => {
  await expect(transactionsOf(server.db, 'any', { limit: 3, cursor })).rejects.toBeInstanceOf(BadCursor);
});

test('call details: talks with time, place, length and price, and the attempts with those missed', async () => {
  const [number, second] = ['+14155550701', '+14155550702'];
  const holder = await account([number, second]);
  await move(holder, 1_000, on(2));
  await call(number, on(9, 23), { disposition: 'talked', talk: 50 });
  const free = await call(number, on(10, 0), { disposition: 'talked', talk: 125.7 });
  const paid = await call(second, on(11), { disposition: 'limit-reached', talk: 780 });
  await call(number, on(12), { disposition: 'no-answer' });
  await call(number, on(13), { disposition: 'refused' });
  await call(number, on(14), { disposition: 'already-blocked', policy: true });
  await call(number, on(15), { disposition: '', open: true });
  await call('+14155550703', on(15), { disposition: 'talked', talk: 60 });
  await call(number, on(20, 0), { disposition: 'talked', talk: 60 });
  await move(holder, -325, on(11, 13), 'audio-call', { seconds: 780 }, callChargeKey(paid));
  const details = await readCallDetails(server.db, holder, period);
  const common = { facility: 'Río Claro Facility', timeZone };
  expect(details.calls).toEqual([
    {
      ...common,
      id: paid,
      at: on(11),
      number: second,
      disposition: 'limit-reached',
      talkSeconds: 780,
      billedCents: 325,
    },
    { ...common, id: free, at: on(10, 0), number, disposition: 'talked', talkSeconds: 125, billedCents: 0 },
  ]);
  expect([details.talkSeconds, details.totalCents]).toEqual([905, 325]);
  expect(details.attempts.map(({ at, outcome }) => [at.getUTCDate(), outcome])).toEqual([
    [13, 'declined'],
    [12, 'missed'],
    [11, 'talked'],
    [10, 'talked'],
  ]);
});

test('of a number that two accounts share each sees the calls, and what it was charged itself', async () => {
  const number = '+14155550705';
  const [payer, other] = [await account([number]), await account([number])];
  await move(payer, 1_000, on(2));
  const talked = await call(number, on(11), { disposition: 'talked', talk: 60 });
  await move(payer, -25, on(11, 13), 'audio-call', { seconds: 60 }, callChargeKey(talked));
  const [first, second] = [await readCallDetails(server.db, payer, period), await readCallDetails(server.db, other, period)]; // prettier-ignore
  expect([first.totalCents, second.totalCents]).toEqual([25, 0]);
  expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
});

test('what rang at a number before it was the account’s is not shown', async () => {
  const number = '+14155550704';
  await call(number, on(12), { disposition: 'talked', talk: 60 });
  await openAccount(server.db, { id: 'late', numbers: [number], at: on(13) });
  const later = await call(number, on(13), { disposition: 'talked', talk: 60 });
  expect((await readCallDetails(server.db, 'late', period)).attempts.map(({ id }) => id)).toEqual([later]);
});
