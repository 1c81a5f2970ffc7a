import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { numbersOf } from '#db/account-numbers.ts';
import { accountOf, closeAccount } from '#db/accounts.ts';
import { placeBlock } from '#db/blocks.ts';
import { findEnrolment, lacksOf } from '#db/enrolments.ts';
import { passcodeHistory } from '#db/passcodes.ts';
import { profileOf } from '#db/profiles.ts';
import { consentsOf, serviceTermsOn } from '#db/service-terms.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { openDatabase } from '#db/connect.ts';
import { checkPasscode, type PasscodeDeps } from '../passcode/check-passcode.ts';
import { argonHasher } from '../passcode/hasher.ts';
import { Desk, freshNumber } from './testing/desk.ts';
import { openByPhone, type PhoneOpening } from './open-by-phone.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let desk: Desk;
let deps: PasscodeDeps;
beforeAll(async () => {
  server = await startTestDatabase();
  await new Desk(server.db).furnish();
});
beforeEach(async () => {
  desk = new Desk(server.db);
  deps = { ...desk.deps(), hasher: await argonHasher('pepper of this test') };
});
afterAll(() => server.stop());

const wanted = (over: Partial<PhoneOpening> = {}): PhoneOpening => ({
  callId: randomUUID(),
  number: freshNumber(),
  facility: { id: 'north', state: 'CA' },
  language: 'es',
  passcode: '8362',
  terms: '2026-01',
  ...over,
});
const open = (opening: PhoneOpening, db = server.db) => openByPhone(db, deps, opening);
const many = async (table: 'account' | 'enrolment' | 'passcode' | 'termsConsent' | 'outbox') =>
  (
    await server.db
      .selectFrom(table)
      .select(sql`1`.as('one'))
      .execute()
  ).length;
const everything = async () =>
  Promise.all((['account', 'enrolment', 'passcode', 'termsConsent', 'outbox'] as const).map(many));

test('a call opens an account with its number, facility, consent and passcode, to be finished on the web', async () => {
  const opening = wanted();
  const opened = await open(opening);
  if (opened.kind === 'refused') throw new Error(opened.reason);
  const { accountId, proof } = opened;
  expect(opened).toMatchObject({ number: opening.number, facility: { id: 'north' }, blockedEverywhere: false });
  const by = { kind: 'phone-line', id: opening.callId } as const;
  expect(await findEnrolment(server.db, { accountId })).toMatchObject({ facilityId: 'north', by });
  expect(await numbersOf(server.db, accountId)).toEqual([{ number: opening.number, addedAt: desk.at }]);
  expect(await lacksOf(server.db, accountId)).toEqual(['name']);
  const { callId } = opening;
  expect(await consentsOf(server.db, accountId)).toEqual([
    { accountId, version: '2026-01', callId, language: 'es', at: desk.at },
  ]);
  expect((await profileOf(server.db, accountId)).profile).toMatchObject({ notices: 'text', mobile: opening.number });
  expect(await passcodeHistory(server.db, accountId)).toEqual([{ kind: 'set', by, at: desk.at }]);
  expect((await checkPasscode(server.db, deps, { accountId, passcode: '8362', by })).kind).toBe('right');
  expect((await checkPasscode(server.db, deps, { accountId, passcode: '8363', by })).kind).toBe('wrong');
  expect([proof.stands(accountId, desk.at), proof.stands('1999999999', desk.at)]).toEqual([true, false]);
  expect((await desk.news(accountId)).map(({ kind }) => kind)).toEqual(['enrolled', 'passcode-set']);
});

test('the same call asked twice has opened one account; its passcode stays the first', async () => {
  const opening = wanted();
  const [first, second] = [await open(opening), await open({ ...opening, passcode: '7135' })];
  if (first.kind === 'refused' || second.kind === 'refused') throw new Error('refused');
  expect([second.accountId, second.replayed]).toEqual([first.accountId, true]);
  const guess = { accountId: first.accountId, by: { kind: 'phone-line' } } as const;
  expect((await checkPasscode(server.db, deps, { ...guess, passcode: '7135' })).kind).toBe('wrong');
  expect((await checkPasscode(server.db, deps, { ...guess, passcode: '8362' })).kind).toBe('right');
});

test('calls from one number at once open one account', async () => {
  const number = freshNumber();
  const pool = openDatabase(server.url, { max: 4, connectMs: 15_000, statementMs: 15_000 });
  const all = await Promise.all(Array.from({ length: 4 }, () => open(wanted({ number }), pool)));
  await pool.destroy();
  expect(all.filter(({ kind }) => kind === 'enrolled')).toHaveLength(1);
  expect(all.filter(({ kind }) => kind === 'refused')).toEqual(
    Array.from({ length: 3 }, () => ({ kind: 'refused', reason: 'number-has-account' })),
  );
  const consents = server.db
    .selectFrom('termsConsent')
    .innerJoin('accountNumber as of', 'of.accountId', 'termsConsent.accountId');
  expect(await consents.select('of.number').where('of.number', '=', number).execute()).toHaveLength(1);
});

test.each<[string, Partial<PhoneOpening>, string]>([
  ['an easy passcode', { passcode: '1234' }, 'too-easy'],
  ['the last digits of the number', { number: '+12135550142', passcode: '0142' }, 'too-easy'],
  ['what is no passcode', { passcode: '836' }, 'too-easy'],
  ['a facility of another state', { facility: { id: 'north', state: 'NV' } }, 'unknown-facility'],
  ['a number abroad', { number: '+525512345678' }, 'foreign-mobile'],
])('%s opens nothing', async (_, over, reason) => {
  const before = await everything();
  expect(await open(wanted(over))).toEqual({ kind: 'refused', reason });
  expect(await everything()).toEqual(before);
});

test('a fault at any step leaves nothing, and the same may be asked again', async () => {
  const [opening, before] = [wanted(), await everything()];
  const breaks: Partial<PasscodeDeps>[] = [
    { hasher: { ...deps.hasher, hash: async () => 'plain' } },
    ...['enrolled', 'passcode-set'].map((kind): Partial<PasscodeDeps> => ({
      notify: async (trx, notice) => {
        if (notice.news.kind === kind) throw new Error('no notice');
        await deps.notify(trx, notice);
      },
    })),
  ];
  for (const broken of breaks) {
    await expect(openByPhone(server.db, { ...deps, ...broken }, opening)).rejects.toThrow(/no notice|passcode_hash/);
    expect(await everything()).toEqual(before);
  }
  await expect(open({ ...opening, terms: '1999-01' })).rejects.toThrow('terms_consent');
  expect(await everything()).toEqual(before);
  expect((await open(opening)).kind).toBe('enrolled');
});

test('an account number that ends in the passcode is drawn again', async () => {
  // Every number that is drawn ends in the same four digits, until one is taken.
  await sql`alter function new_account_no() rename to drawn_account_no`.execute(server.db);
  await sql`create sequence draws`.execute(server.db);
  await sql`create function new_account_no() returns account_no volatile language sql as $f$
    select with_check_digit(case nextval('draws') when 1 then 123456836 else 123456713 end) $f$`.execute(server.db);
  const first =
    (await sql<{ no: string }>`select with_check_digit(123456836) as no`.execute(server.db)).rows[0]?.no ?? '';
  const opened = await open(wanted({ passcode: first.slice(-4) }));
  expect(opened.kind === 'enrolled' && opened.accountId).toMatch(/^123456713/);
  expect(await server.db.selectFrom('account').select('id').where('id', '=', first).execute()).toEqual([]);
  await sql`drop function new_account_no()`.execute(server.db);
  await sql`alter function drawn_account_no() rename to new_account_no`.execute(server.db);
});

test('whoever closed an account and comes back is told of the block that stays', async () => {
  const { accountId, number } = await desk.account();
  expect(await open(wanted({ number }))).toEqual({ kind: 'refused', reason: 'number-has-account' });
  await closeAccount(server.db, accountId, desk.at);
  const by = { kind: 'closing', id: accountId } as const;
  await placeBlock(server.db, { number, scope: 'all', by, reason: 'closed', at: desk.at });
  expect(await open(wanted({ number }))).toMatchObject({ kind: 'enrolled', blockedEverywhere: true });
  expect(await accountOf(server.db, number)).toBe('open');
});

test('terms are in force from their day on, and neither they nor consents are changed', async () => {
  const { db } = server;
  expect(await serviceTermsOn(db, '2025-12-31')).toBeUndefined();
  expect(await serviceTermsOn(db, '2026-01-01')).toEqual({ version: '2026-01', inForceFrom: '2026-01-01' });
  await db.insertInto('serviceTerms').values({ version: '2027-06', inForceFrom: '2027-06-15' }).execute();
  expect((await serviceTermsOn(db, '2027-06-14'))?.version).toBe('2026-01');
  expect(await serviceTermsOn(db, '2027-06-15')).toEqual({ version: '2027-06', inForceFrom: '2027-06-15' });
  await open(wanted());
  for (const table of ['serviceTerms', 'termsConsent'] as const)
    await expect(db.deleteFrom(table).execute()).rejects.toThrow();
});
