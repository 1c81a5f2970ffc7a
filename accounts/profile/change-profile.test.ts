import { closeAccount, openAccount } from '#db/accounts.ts';
import { accountOverview } from '#db/account-overview.ts';
import { openDatabase } from '#db/connect.ts';
import { placeHold } from '#db/holds.ts';
import { post } from '#db/ledger.ts';
import { emptyProfile, profileHistory, profileOf } from '#db/profiles.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { chooseFacility } from '../enrolment/choose-facility.ts';
import { Desk, freshNumber } from '../enrolment/testing/desk.ts';
import { joinFunding } from '../funding/enrolment.ts';
import { choice, Counter } from '../funding/testing/counter.ts';
import { changeProfile, type ProfileEdit, type ProfileOrder } from './change-profile.ts';
import { contactOf } from './contact.ts';
import { payeeOf } from './payee.ts';

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

const home = {
  ...{ firstName: 'Maria', lastName: 'Lopez', addressLine1: '1 Main St', addressLine2: 'Apt 2' },
  ...{ city: 'Fresno', region: 'CA', postalCode: '93650', country: 'US' },
};
const by = { kind: 'web', id: 'user-1' } as const;
const change = (accountId: string, version: number, edit: ProfileEdit, over: Partial<ProfileOrder> = {}) =>
  changeProfile(server.db, desk.deps(), { accountId, version, edit, by, proven: true, ...over });

test('name, address and telephone are written down once they are given (row 57), with who changed which part', async () => {
  const { accountId } = await desk.account();
  const result = await change(accountId, 1, { nameAndAddress: home, phone: '+52 55 1234 5678' });
  expect(result).toMatchObject({ kind: 'changed', version: 2, profile: { ...home, phone: '+525512345678' } });
  const kept = await profileOf(server.db, accountId);
  expect(result).toEqual({ kind: 'changed', ...kept });
  expect(kept.profile).toMatchObject({ notices: 'e-mail', email: 'family@example.com', language: 'en' });
  expect((await profileHistory(server.db, accountId))[0]).toEqual({
    version: 2,
    fields: ['name', 'address', 'phone'],
    by: { kind: 'web', id: 'user-1' },
    at: desk.at,
  });
  expect((await desk.news(accountId)).at(-1)).toEqual({ kind: 'profile-changed', parts: ['name', 'address', 'phone'] });
  expect(await change(accountId, 2, { nameAndAddress: home })).toEqual({ kind: 'unchanged', ...kept });
});

test('what is changed is what was seen: of two at once, one is to look again', async () => {
  const { accountId } = await desk.account();
  const pool = openDatabase(server.url, { max: 4, connectMs: 15_000, statementMs: 15_000 });
  const edits = (['es', 'en', 'es', 'es'] as const).map((language, n) => ({ language, phone: `213555${2000 + n}` }));
  const order = { accountId, version: 1, by: { kind: 'web' }, proven: true } as const;
  const all = await Promise.all(edits.map((edit) => changeProfile(pool, desk.deps(), { ...order, edit })));
  await pool.destroy();
  expect(all.map(({ kind }) => kind).sort()).toEqual(['changed', 'stale', 'stale', 'stale']);
  const stale = all.find(({ kind }) => kind === 'stale');
  expect(stale).toEqual({ kind: 'stale', ...(await profileOf(server.db, accountId)) });
  expect(await change(accountId, 3, { language: 'en' })).toMatchObject({ kind: 'stale', version: 2 });
});

test('without a proof of who they are nothing changes that says where money or news goes, and all at once or nothing', async () => {
  const { accountId } = await desk.account();
  const places: ProfileEdit[] = [
    { nameAndAddress: home },
    { phone: '213 555 0177' },
    { language: 'es', reach: { notices: 'both', email: 'family@example.com', mobile: '213 555 0177' } },
    { language: 'es', reach: { notices: 'e-mail', email: 'thief@example.com' } },
  ];
  for (const edit of places) expect(await change(accountId, 1, edit, { proven: false })).toEqual({ kind: 'unproven' });
  expect((await profileOf(server.db, accountId)).version).toBe(1);
  const quick = { language: 'es', reach: { notices: 'none', email: 'family@example.com' } } as const;
  expect((await change(accountId, 1, quick, { proven: false })).kind).toBe('changed');
  expect((await change(accountId, 1, { phone: '213 555 0177' }, { proven: false })).kind).toBe('stale');
  expect(await desk.notices(accountId)).toHaveLength(2);
});

test('who is no longer reached where they were is told there as well', async () => {
  const { accountId } = await desk.account();
  await change(accountId, 1, { reach: { notices: 'both', mobile: '213 555 0177', email: 'new@example.com' } });
  const told = (await desk.notices(accountId)).slice(1);
  expect(told.map(({ to }) => to)).toEqual([
    { email: 'family@example.com' },
    { email: 'new@example.com', mobile: '+12135550177' },
  ]);
  expect(told.map(({ news }) => news)).toEqual(
    Array.from({ length: 2 }, () => ({ kind: 'profile-changed', parts: ['notices', 'mobile', 'e-mail'] })),
  );
  await change(accountId, 2, { reach: { notices: 'none' } });
  expect((await desk.notices(accountId)).slice(3).map(({ to }) => to)).toEqual([
    { email: 'new@example.com', mobile: '+12135550177' },
  ]);
  await change(accountId, 3, { language: 'es' });
  expect(await desk.notices(accountId)).toHaveLength(4);
});

test.each<[ProfileEdit, object]>([
  [{ phone: '555' }, { reason: 'invalid-number' }],
  [{ phone: '800 555 0142' }, { reason: 'not-a-personal-number' }],
  [{ reach: { notices: 'text', mobile: '+52 55 1234 5678' } }, { reason: 'foreign-mobile' }],
  [{ reach: { notices: 'e-mail' } }, { reason: 'email-needed' }],
  [
    { nameAndAddress: { ...home, city: '' } },
    { reason: 'invalid-address', fields: [{ field: 'city', why: 'missing' }] },
  ],
])('%j is refused, and nothing is changed', async (edit, refusal) => {
  const { accountId } = await desk.account();
  expect(await change(accountId, 1, { language: 'es', ...edit })).toEqual({ kind: 'refused', ...refusal });
  expect((await profileOf(server.db, accountId)).version).toBe(1);
});

test('an account of before begins at version 0; one that is closed still gets its address; one that is not there is not', async () => {
  await openAccount(server.db, { id: 'of-before', numbers: [], at: desk.at });
  expect(await profileOf(server.db, 'of-before')).toEqual({ version: 0, profile: emptyProfile });
  await closeAccount(server.db, 'of-before', desk.at);
  expect(await change('of-before', 0, { nameAndAddress: home })).toMatchObject({ kind: 'changed', version: 1 });
  expect(await change('nobody', 0, { language: 'es' })).toEqual({ kind: 'refused', reason: 'unknown-account' });
});

test('a cheque is made out to the profile, once name and address are whole', async () => {
  const { accountId } = await desk.account();
  expect(await payeeOf(server.db, accountId)).toBeUndefined();
  await change(accountId, 1, { nameAndAddress: home });
  const address = { city: 'Fresno', state: 'CA', postalCode: '93650', country: 'US' };
  const lines = ['1 Main St', 'Apt 2'];
  expect(await payeeOf(server.db, accountId)).toEqual({ payee: 'Maria Lopez', address: { lines, ...address } });
  await change(accountId, 2, { nameAndAddress: { ...home, addressLine2: '' } });
  expect(await payeeOf(server.db, accountId)).toMatchObject({ address: { lines: ['1 Main St'], ...address } });
  expect(await payeeOf(server.db, 'nobody')).toBeUndefined();
});

test('a holder is reached by the profile; where that says nothing, by what they gave for AutoPay', async () => {
  const counter = new Counter(server.db);
  const join = (accountId: string) =>
    joinFunding(server.db, counter.deps(), { accountId, by: { kind: 'web' }, key: accountId, choice: choice() });
  const { accountId } = await desk.account({ reach: { notices: 'none' }, language: 'es' });
  expect(await contactOf(server.db, accountId)).toBeUndefined();
  await join(accountId);
  expect(await contactOf(server.db, accountId)).toEqual({ language: 'es', email: 'family@example.com' });
  await change(accountId, 1, { reach: { notices: 'none', email: 'mine@example.com', mobile: '213 555 0178' } });
  expect(await contactOf(server.db, accountId)).toEqual({ language: 'es', email: 'family@example.com' });
  await change(accountId, 2, { reach: { notices: 'text', email: 'mine@example.com', mobile: '213 555 0178' } });
  const texted = { language: 'es', mobile: '+12135550178', spareEmail: 'mine@example.com' };
  expect(await contactOf(server.db, accountId)).toEqual(texted);
  const quiet = await desk.account({ reach: { notices: 'none', email: 'quiet@example.com', mobile: '213 555 0178' } });
  const spare = { language: 'en', spareEmail: 'quiet@example.com' };
  expect(await contactOf(server.db, quiet.accountId)).toEqual(spare);
  const before = await counter.account(0);
  await join(before);
  expect(await contactOf(server.db, before)).toEqual({ language: 'en', email: 'family@example.com' });
});

test('the overview shows account number, phone, status and what can be spent (row 38)', async () => {
  const { accountId, number } = await desk.account({ by: { kind: 'phone-line', id: 'call-1' }, facility: undefined });
  await server.db
    .insertInto('accountNumber')
    .values({ accountId, number: freshNumber(), addedAt: new Date(0) })
    .execute();
  const entries = [
    { ledger: { holder: accountId }, cents: 2_500 },
    { ledger: 'cheque-clearing', cents: -2_500 },
  ] as const;
  await post(server.db, { key: accountId, kind: 'deposit', at: desk.at, entries });
  const expiresAt = new Date(desk.at.getTime() + 60_000);
  await placeHold(server.db, { key: accountId, accountId, cents: 300, reason: 'call', at: desk.at, expiresAt });
  const shown = {
    ...{ accountId, accountNumber: accountId, status: 'open', phone: number },
    ...{ availableCents: 2_200, balanceCents: 2_500, heldCents: 300 },
  };
  expect(await accountOverview(server.db, accountId)).toEqual({ ...shown, complete: false });
  await change(accountId, 1, { nameAndAddress: home });
  expect(await accountOverview(server.db, accountId)).toEqual({ ...shown, complete: false });
  await chooseFacility(server.db, { accountId, state: 'CA', facilityId: 'north' });
  expect(await accountOverview(server.db, accountId)).toEqual({ ...shown, complete: true });
  await closeAccount(server.db, accountId, desk.at);
  expect(await accountOverview(server.db, accountId)).toMatchObject({ status: 'closed' });
  await openAccount(server.db, { id: 'bare', numbers: [], at: desk.at });
  expect(await accountOverview(server.db, 'bare')).toEqual({
    ...{ accountId: 'bare', accountNumber: expect.stringMatching(/^1/) as string, status: 'open' },
    ...{ availableCents: 0, balanceCents: 0, heldCents: 0, complete: false },
  });
  expect(await accountOverview(server.db, 'nobody')).toBeUndefined();
});
