import { randomUUID } from 'node:crypto';
import { numberHistory, numbersOf, removeAccountNumber } from '#db/account-numbers.ts';
import { closeAccount } from '#db/accounts.ts';
import { activeBlock, blockHistory, placeBlock } from '#db/blocks.ts';
import { openDatabase, type Database } from '#db/connect.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { brokenConstraint } from '#db/unavailable.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Desk, freshNumber } from '../enrolment/testing/desk.ts';
import { PasscodeProof } from '../passcode/proof.ts';
import { addNumber, MOST_NUMBERS, removeNumber, type NumberOrder } from './change-numbers.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let desk: Desk;
beforeAll(async () => {
  server = await startTestDatabase();
  await new Desk(server.db).furnish();
});
beforeEach(() => {
  desk = new Desk(server.db);
});
afterAll(() => server.stop());

const web = { kind: 'web', id: 'user-1' } as const;
const order = (accountId: string, number: string, over: Partial<NumberOrder> = {}) => ({
  ...{ key: randomUUID(), accountId, number, by: web },
  ...over,
});
const add = (accountId: string, number: string, over = {}) =>
  addNumber(server.db, desk.deps(), order(accountId, number, over));
const remove = (accountId: string, number: string, db: Database = server.db) =>
  removeNumber(db, desk.deps(), order(accountId, number));
const refused = (reason: string) => ({ kind: 'refused', reason });
const listed = async (accountId: string) => (await numbersOf(server.db, accountId)).map(({ number }) => number);

test('numbers are added and removed, with who and when, and the holder is told (row 39)', async () => {
  const { accountId, number: first } = await desk.account();
  const second = freshNumber();
  desk.minutes(1);
  expect(await add(accountId, second)).toEqual({ kind: 'added', numbers: [first, second] });
  expect(await numbersOf(server.db, accountId)).toContainEqual({ number: second, addedAt: desk.at });
  expect(await add(accountId, second)).toEqual({ kind: 'already-there', numbers: [first, second] });
  desk.minutes(1);
  expect(await remove(accountId, first)).toEqual({ kind: 'removed', numbers: [second] });
  expect(await remove(accountId, first)).toEqual({ kind: 'not-there', numbers: [second] });
  expect(await listed(accountId)).toEqual([second]);
  const then = new Date(desk.at.getTime() - 60_000);
  expect(await numberHistory(server.db, accountId)).toMatchObject([
    { kind: 'removed', number: first, by: web, at: desk.at },
    { kind: 'added', number: second, by: web, at: then },
    { kind: 'added', number: first, by: { kind: 'web' } },
  ]);
  expect((await desk.news(accountId)).slice(1)).toEqual([
    { kind: 'number-added', number: second },
    { kind: 'number-removed', number: first },
  ]);
});

test('a number abroad is added, as it was written; what is no number is not', async () => {
  const { accountId } = await desk.account();
  expect((await add(accountId, '+52 55 4321 8765')).kind).toBe('added');
  expect(await listed(accountId)).toContain('+525543218765');
  expect(await add(accountId, '911')).toEqual(refused('invalid-number'));
  expect(await add(accountId, '888 555 0142')).toEqual(refused('not-a-personal-number'));
});

test('the last number stays (row 39)', async () => {
  const { accountId, number } = await desk.account();
  expect(await remove(accountId, number)).toEqual(refused('last-number'));
  expect(await remove(accountId, freshNumber())).toMatchObject({ kind: 'not-there' });
  expect(await listed(accountId)).toEqual([number]);
});

test('two who remove at once on two connections leave one', async () => {
  const pools = [1, 2].map(() => openDatabase(server.url, { max: 1, connectMs: 15_000, statementMs: 15_000 }));
  for (let round = 0; round < 10; round++) {
    const { accountId, number: first } = await desk.account();
    const second = freshNumber();
    await add(accountId, second);
    const both = await Promise.all([first, second].map((number, n) => remove(accountId, number, pools[n])));
    expect(both.map(({ kind }) => kind).sort()).toEqual(['refused', 'removed']);
    expect(await listed(accountId)).toHaveLength(1);
  }
  await Promise.all(pools.map((pool) => pool.destroy()));
});

test('the database itself keeps the last one, also from two transactions that hold no lock', async () => {
  const { accountId, number: first } = await desk.account();
  const second = freshNumber();
  await add(accountId, second);
  const [one, other] = [1, 2].map(() => openDatabase(server.url, { max: 1, connectMs: 15_000, statementMs: 15_000 }));
  if (!one || !other) throw new Error('Two connections are needed.');
  const gone = (trx: Database, number: string) => removeAccountNumber(trx, { accountId, number, by: web, at: desk.at });
  let waiting: Promise<unknown> | undefined;
  await one.transaction().execute(async (trx) => {
    await gone(trx, first);
    waiting = gone(other, second).catch(brokenConstraint);
  });
  expect(await waiting).toBe('account_keeps_a_number');
  expect(await listed(accountId)).toEqual([second]);
  const all = server.db.deleteFrom('accountNumber').where('accountId', '=', accountId).execute();
  expect(await all.catch(brokenConstraint)).toBe('account_keeps_a_number');
  await Promise.all([one.destroy(), other.destroy()]);
});

test('a number of another open account is added by its passcode just said, or by an agent; of a closed one by anybody', async () => {
  const { accountId } = await desk.account();
  const owner = await desk.account();
  expect(await add(accountId, owner.number)).toEqual(refused('number-has-account'));
  expect(await add(accountId, owner.number, { sharing: { kind: 'agent' } })).toEqual(refused('number-has-account'));
  const proof = new PasscodeProof(owner.accountId, desk.at);
  const sharing = { kind: 'passcode', accountId: owner.accountId, proof };
  expect((await add(accountId, owner.number, { sharing })).kind).toBe('added');
  const third = await desk.account();
  const agent = { by: { kind: 'agent', id: 'a1' }, sharing: { kind: 'agent' } } as const;
  expect((await add(third.accountId, owner.number, agent)).kind).toBe('added');
  const left = await desk.account();
  await closeAccount(server.db, left.accountId, desk.at);
  expect((await add(accountId, left.number)).kind).toBe('added');
});

test('two accounts that want one number at once: one has it', async () => {
  const [one, other] = [await desk.account(), await desk.account()];
  const number = freshNumber();
  const pool = openDatabase(server.url, { max: 4, connectMs: 15_000, statementMs: 15_000 });
  const both = await Promise.all(
    [one, other].map(({ accountId }) => addNumber(pool, desk.deps(), order(accountId, number))),
  );
  await pool.destroy();
  expect(both.map(({ kind }) => kind).sort()).toEqual(['added', 'refused']);
});

test('a number that is added keeps the blocks it has, and gets none', async () => {
  const { accountId } = await desk.account();
  const [blocked, free] = [freshNumber(), freshNumber()];
  await placeBlock(server.db, { number: blocked, scope: 'all', by: { kind: 'agent', id: 'a1' }, reason: 'asked' });
  const before = await blockHistory(server.db, blocked);
  await add(accountId, blocked);
  await add(accountId, free);
  expect(await blockHistory(server.db, blocked)).toEqual(before);
  expect(await blockHistory(server.db, free)).toEqual([]);
  await remove(accountId, blocked);
  expect(await activeBlock(server.db, blocked, 'all')).toBeDefined();
});

test('a closed account changes no numbers, one that is not there has none, and twenty are enough', async () => {
  const { accountId } = await desk.account();
  expect(await add('1999999999', freshNumber())).toEqual(refused('unknown-account'));
  for (let more = 1; more < MOST_NUMBERS; more++) await add(accountId, freshNumber());
  expect(await listed(accountId)).toHaveLength(20);
  expect(await add(accountId, freshNumber())).toEqual(refused('too-many-numbers'));
  await closeAccount(server.db, accountId, desk.at);
  expect(await remove(accountId, freshNumber())).toEqual(refused('account-closed'));
});
