import { randomUUID } from 'node:crypto';
import { numberHistory, numbersOf } from '#db/account-numbers.ts';
import { accountOf, closeAccount } from '#db/accounts.ts';
import { placeBlock } from '#db/blocks.ts';
import { openDatabase } from '#db/connect.ts';
import { findEnrolment } from '#db/enrolments.ts';
import { saveFacility } from '#db/facilities.ts';
import { balanceOf } from '#db/ledger.ts';
import { profileOf } from '#db/profiles.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { luhn } from '../cards/card-number.ts';
import { PasscodeProof, PROOF_MS } from '../passcode/proof.ts';
import { enrol } from './enrol.ts';
import { Desk, facility, freshNumber } from './testing/desk.ts';
import type { EnrolmentOrder } from './order.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let desk: Desk;
beforeAll(async () => {
  server = await startTestDatabase();
  await new Desk(server.db).furnish();
  await saveFacility(server.db, { ...facility, number: undefined, id: 'gone', name: 'Gone Facility', active: false });
  await saveFacility(server.db, {
    ...facility,
    number: undefined,
    id: 'nowhere',
    name: 'Nowhere Facility',
    state: undefined,
  });
});
beforeEach(() => {
  desk = new Desk(server.db);
});
afterAll(() => server.stop());

const open = (order: EnrolmentOrder, over = {}) => enrol(server.db, desk.deps(over), order);
const reason = async (over: Partial<EnrolmentOrder>) => {
  const result = await open(desk.order(over));
  return result.kind === 'refused' ? result.reason : result.kind;
};
const refused = (why: string) => ({ kind: 'refused', reason: why });

test('an account is opened with a number of its own, its facility, its first authorised number and a place in the ledger', async () => {
  const order = desk.order({ number: '(213) 555-0142', by: { kind: 'web', id: 'user-1' } });
  const account = await open(order);
  expect(account).toEqual({
    kind: 'enrolled',
    accountId: expect.any(String) as string,
    accountNumber: expect.stringMatching(/^1[0-9]{9}$/) as string,
    number: '+12135550142',
    facility: { id: 'north', name: 'North Facility', state: 'CA' },
    at: desk.at,
    replayed: false,
    blockedEverywhere: false,
  });
  if (account.kind === 'refused') return;
  const { accountId, accountNumber } = account;
  expect(luhn(accountNumber)).toBe(true);
  expect(accountId).toBe(accountNumber);
  const row = server.db.selectFrom('account').selectAll().where('id', '=', accountId);
  expect(await row.executeTakeFirst()).toMatchObject({ number: accountNumber, status: 'open', openedAt: desk.at });
  expect(await numbersOf(server.db, accountId)).toEqual([{ number: '+12135550142', addedAt: desk.at }]);
  const by = { kind: 'web', id: 'user-1' };
  expect(await numberHistory(server.db, accountId)).toEqual([
    { number: '+12135550142', kind: 'added', by, at: desk.at },
  ]);
  expect(await findEnrolment(server.db, { accountId })).toMatchObject({ facilityId: 'north', by, key: order.key });
  expect(await balanceOf(server.db, accountId)).toMatchObject({ balanceCents: 0 });
  expect(await accountOf(server.db, '+12135550142')).toBe('open');
  const { version, profile } = await profileOf(server.db, accountId);
  expect(version).toBe(1);
  expect(profile).toMatchObject({
    phone: '+12135550142',
    notices: 'e-mail',
    email: 'family@example.com',
    mobile: null,
  });
});

test('it is confirmed once, by e-mail wherever there is an address and by text where texts are wanted (row 37)', async () => {
  const reach = { notices: 'both', mobile: '213 555 0143', email: 'ana@example.com' } as const;
  const { accountId } = await desk.account({ reach, language: 'es' });
  expect(await desk.notices(accountId)).toMatchObject([
    {
      language: 'es',
      accountEnding: accountId.slice(-4),
      to: { mobile: '+12135550143', email: 'ana@example.com' },
      news: { kind: 'enrolled', accountNumber: accountId, facility: 'North Facility' },
    },
  ]);
  const mailed = await desk.account({ reach: { ...reach, notices: 'e-mail' } });
  expect((await desk.notices(mailed.accountId))[0]?.to).toEqual({ email: 'ana@example.com' });
  const quiet = await desk.account({ reach: { notices: 'none' } });
  expect(await desk.notices(quiet.accountId)).toEqual([]);
});

test('the phone line may leave the facility to the web; web and agents may not', async () => {
  const { facility: chosen, accountId } = await desk.account({
    facility: undefined,
    by: { kind: 'phone-line', id: 'call-1' },
  });
  expect(chosen).toBeUndefined();
  expect((await findEnrolment(server.db, { accountId }))?.facilityId).toBeUndefined();
  expect(await reason({ facility: undefined, by: { kind: 'agent', id: 'a1' } })).toBe('facility-missing');
});

test.each<[string, Partial<EnrolmentOrder>, string]>([
  ['without a key', { key: '' }, 'key-missing'],
  ['by an agent without a name', { by: { kind: 'agent', id: '' } }, 'agent-unnamed'],
  ['without a facility', { facility: undefined }, 'facility-missing'],
  ['at a facility that is not there', { facility: { state: 'CA', id: 'south' } }, 'unknown-facility'],
  ['at a facility of another state', { facility: { state: 'NV', id: 'north' } }, 'unknown-facility'],
  ['at a facility that is no longer served', { facility: { state: 'CA', id: 'gone' } }, 'unknown-facility'],
  ['at a facility that families are not offered', { facility: { state: 'CA', id: 'nowhere' } }, 'unknown-facility'],
  ['with no number', { number: '' }, 'invalid-number'],
  ['with an extension', { number: '213 555 0142 ext. 3' }, 'invalid-number'],
  ['with a toll-free number', { number: '800 555 0142' }, 'not-a-personal-number'],
  ['with a 900 number', { number: '+1 900 555 0142' }, 'not-a-personal-number'],
  ['with texts to nowhere', { reach: { notices: 'text' } }, 'mobile-needed'],
  ['with texts to another country', { reach: { notices: 'text', mobile: '+52 55 1234 5678' } }, 'foreign-mobile'],
  ['with e-mail to nowhere', { reach: { notices: 'both', mobile: '213 555 0142' } }, 'email-needed'],
  ['with an address that is none', { reach: { notices: 'none', email: 'family' } }, 'invalid-email'],
])('an order %s is refused: nothing is opened', async (_, over, why) => {
  const many = async () => (await server.db.selectFrom('account').select('id').execute()).length;
  const before = await many();
  expect(await open(desk.order(over))).toEqual(refused(why));
  expect(await many()).toBe(before);
});

test('a number abroad is an authorised number like any other', async () => {
  expect((await desk.account({ number: '+52 55 1234 5678' })).number).toBe('+525512345678');
});

test('the same order is one account, on many connections at once and ever after; another order with its key is refused', async () => {
  const order = desk.order();
  const pool = openDatabase(server.url, { max: 8, connectMs: 15_000, statementMs: 15_000 });
  const all = await Promise.all(Array.from({ length: 12 }, () => enrol(pool, desk.deps(), order)));
  await pool.destroy();
  const ids = all.map((result) => (result.kind === 'enrolled' ? result.accountId : result.reason));
  expect(new Set(ids).size).toBe(1);
  expect(all.filter((result) => result.kind === 'enrolled' && !result.replayed)).toHaveLength(1);
  expect(await desk.news(ids[0] ?? '')).toHaveLength(1);
  desk.minutes(60);
  expect(await open(order)).toMatchObject({ replayed: true, accountId: ids[0], facility: { id: 'north' } });
  for (const other of [{ number: freshNumber() }, { language: 'es' }, { by: { kind: 'phone-line' } }] as const)
    expect(await open({ ...order, ...other })).toEqual(refused('key-reused'));
});

test('a number opens one account, also when two orders come at once', async () => {
  const number = freshNumber();
  const pool = openDatabase(server.url, { max: 8, connectMs: 15_000, statementMs: 15_000 });
  const all = await Promise.all(Array.from({ length: 8 }, () => enrol(pool, desk.deps(), desk.order({ number }))));
  await pool.destroy();
  expect(all.filter(({ kind }) => kind === 'enrolled')).toHaveLength(1);
  expect(all.filter(({ kind }) => kind === 'refused')).toEqual(
    Array.from({ length: 7 }, () => refused('number-has-account')),
  );
});

test('another account for a number of an open one: by its passcode just said, or by an agent', async () => {
  const { accountId, number } = await desk.account();
  const other = await desk.account();
  const proof = new PasscodeProof(accountId, desk.at);
  const passcode = { kind: 'passcode', accountId, proof } as const;
  expect(await reason({ number })).toBe('number-has-account');
  expect(await reason({ number, sharing: { kind: 'agent' } })).toBe('number-has-account');
  const foreign = { ...passcode, accountId: other.accountId };
  expect(await reason({ number, sharing: foreign })).toBe('number-has-account');
  const foreignProof = new PasscodeProof(other.accountId, desk.at);
  expect(await reason({ number, sharing: { ...foreign, proof: foreignProof } })).toBe('number-has-account');
  expect(await reason({ number, sharing: { ...passcode, proof: foreignProof } })).toBe('number-has-account');
  desk.at = new Date(desk.at.getTime() + PROOF_MS + 1);
  expect(await reason({ number, sharing: passcode })).toBe('number-has-account');
  desk.at = new Date(desk.at.getTime() - 1);
  const second = await desk.account({ number, sharing: passcode });
  expect((await findEnrolment(server.db, { accountId: second.accountId }))?.sharedBy).toBe('passcode');
  const third = await desk.account({ number, by: { kind: 'agent', id: 'a1' }, sharing: { kind: 'agent' } });
  expect((await findEnrolment(server.db, { accountId: third.accountId }))?.sharedBy).toBe('agent');
  const alone = await desk.account({ by: { kind: 'agent', id: 'a1' }, sharing: { kind: 'agent' } });
  expect((await findEnrolment(server.db, { accountId: alone.accountId }))?.sharedBy).toBeUndefined();
});

test('whoever closed and comes back has a new account; a block of all facilities stays, and is told of', async () => {
  const { accountId, number } = await desk.account();
  await closeAccount(server.db, accountId, desk.at);
  await placeBlock(server.db, {
    number,
    scope: 'all',
    by: { kind: 'closing', id: accountId },
    reason: 'closed',
    at: desk.at,
  });
  const again = await desk.account({ number });
  expect(again).toMatchObject({ blockedEverywhere: true });
  expect(again.accountId).not.toBe(accountId);
});

test('an opening that fails in the middle is none', async () => {
  const order = desk.order();
  const notify = async () => Promise.reject(new Error('no notice'));
  await expect(open(order, { notify })).rejects.toThrow('no notice');
  expect(await findEnrolment(server.db, { key: order.key })).toBeUndefined();
  expect(await accountOf(server.db, order.number)).toBe('none');
  expect((await open(order)).kind).toBe('enrolled');
});

test('account numbers have a check digit, begin with 1, and none is given twice', async () => {
  const insert = (number: string) =>
    server.db.insertInto('account').values({ id: randomUUID(), number, status: 'open', openedAt: desk.at }).execute();
  const { accountNumber } = await desk.account();
  const wrong = `${accountNumber.slice(0, 9)}${(Number(accountNumber[9]) + 1) % 10}`;
  await expect(insert(accountNumber)).rejects.toThrow('account_no_once');
  await expect(insert(wrong)).rejects.toThrow('account_no_check');
  await expect(insert('0000000000')).rejects.toThrow('account_no_check');
});
