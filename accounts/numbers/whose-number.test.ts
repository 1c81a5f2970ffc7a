import { closeAccount } from '#db/accounts.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Desk, freshNumber } from '../enrolment/testing/desk.ts';
import { whoseNumber } from './whose-number.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let desk: Desk;
beforeAll(async () => {
  server = await startTestDatabase();
  desk = new Desk(server.db);
  await desk.furnish();
});
afterAll(() => server.stop());

const whose = (typed: string) => whoseNumber(server.db, typed);

test('an account is found by its number and by each telephone number it answers for', async () => {
  const { accountId, number } = await desk.account();
  const account = { id: accountId, number: accountId, status: 'open' };
  expect(await whose(accountId)).toEqual({ kind: 'found', by: 'account-number', accounts: [account] });
  for (const typed of [number, number.slice(1), number.slice(2)])
    expect(await whose(typed)).toEqual({ kind: 'found', by: 'phone', accounts: [account] });
});

test('several accounts of a number: the open one first, then the one that was closed last', async () => {
  const number = freshNumber();
  const ids: string[] = [];
  for (let time = 0; time < 3; time++) {
    desk.minutes(1);
    const { accountId } = await desk.account({ number });
    if (time < 2) await closeAccount(server.db, accountId, desk.at);
    ids.unshift(accountId);
  }
  const found = await whose(number);
  if (found.kind !== 'found') throw new Error(found.kind);
  expect(found.accounts.map(({ id }) => id)).toEqual(ids);
  expect(found.accounts.map(({ status }) => status)).toEqual(['open', 'closed', 'closed']);
});

test('rightly typed and nobody’s is another thing than mistyped', async () => {
  expect(await whose('1000000008')).toEqual({ kind: 'nobody', by: 'account-number', number: '1000000008' });
  expect(await whose('213 555 0999')).toEqual({ kind: 'nobody', by: 'phone', number: '+12135550999' });
  expect(await whose('1000000009')).toEqual({ kind: 'mistyped', why: 'check-digit' });
  expect(await whose('555')).toEqual({ kind: 'mistyped', why: 'too-short' });
});
