import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { CONSENT } from '#accounts/documents/consent.ts';
import { sweepDocuments } from '#accounts/documents/sweep.ts';
import { picture } from '#accounts/documents/testing/pictures.ts';
import { removeProfile } from '#accounts/identity/remove.ts';
import { refresh, sessionOf } from '#accounts/identity/sessions.ts';
import { signIn } from '#accounts/identity/sign-in.ts';
import { PASSWORD } from '#accounts/identity/testing/home.ts';
import { activeBlock } from '#db/blocks.ts';
import { openDatabase } from '#db/connect.ts';
import { forgetIdentityLeavings } from '#db/forget-identities.ts';
import { accountsOfIdentity } from '#db/identity-accounts.ts';
import { profileOf } from '#db/profiles.ts';
import { identityRoutes } from '../identity/routes.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { AGREEMENT, GOOD_CARD, Household, type Family } from './testing/household.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const DAY_MS = 24 * 3_600_000;
let household: Household;
let family: Family;
beforeAll(async () => {
  household = await Household.open();
});
beforeEach(async () => {
  family = await household.family();
});
afterAll(() => household.close());

const key = () => ({ 'idempotency-key': randomUUID() });
const remove = async (one = family): Promise<[number, string]> => {
  const answer = await one.send('DELETE', '/v1/me');
  const { type = '' } = answer.json<{ type?: string }>();
  if (answer.statusCode === 200) route?.answers[200]?.parse(answer.json());
  return [answer.statusCode, type.replace('urn:homeline:problem:', '')];
};
const route = identityRoutes.find(({ method, path }) => method === 'DELETE' && path === '/v1/me');

async function opened(): Promise<{ accountId: string; number: string }> {
  const { accountNumber, number } = await family.enrolled({ passcode: '8362', passcodeAgain: '8362', notices: 'e-mail', email: family.who.email }); // prettier-ignore
  const query = household.database.db.selectFrom('account').select('id').where('number', '=', accountNumber);
  return { accountId: (await query.executeTakeFirstOrThrow()).id, number };
}
async function closed() {
  const account = await opened();
  await family.provesAnew();
  const { version } = (await family.told('GET', '/v1/account/closing')).body;
  expect((await family.told('POST', '/v1/account/closing', { version }, key())).status).toBe(200);
  return account;
}
const sent = (at: Date) =>
  household.database.db
    .updateTable('notice')
    .set({ state: 'sent', endedAt: at })
    .where('endedAt', 'is', null)
    .execute();
/** Every column of every table in which a text still is. */
async function places(wanted: string): Promise<string[]> {
  const { db } = household.database;
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(
    db,
  );
  const found = await Promise.all(
    rows.map(async ({ name }) => {
      const hit =
        await sql`select from ${sql.table(name)} as line where position(${wanted} in line::text) > 0 limit 1`.execute(
          db,
        );
      return hit.rows.length > 0 ? [name] : [];
    }),
  );
  return found.flat().sort();
}

test('asks for the password anew, and for open accounts to be closed', async () => {
  await opened();
  expect(await remove()).toEqual([403, 'proof-needed']);
  await family.provesAnew();
  expect(await remove()).toEqual([409, 'account-open']);
  expect((await family.send('GET', '/v1/me')).statusCode).toBe(200);
});

test('money that is on its way is waited for', async () => {
  const { accountId } = await opened();
  await family.provesAnew();
  const token = await household.handedOut(GOOD_CARD);
  await family.told('PUT', '/v1/account/card', { token, agreementVersion: AGREEMENT });
  await family.told('POST', '/v1/account/deposits', { cents: 2_500 }, key());
  const { version } = (await family.told('GET', '/v1/account/closing')).body;
  await family.told('POST', '/v1/account/closing', { version }, key());
  expect(await remove()).toEqual([409, 'money-on-its-way']);
  expect((await family.told('GET', '/v1/account/profile')).body).toMatchObject({ firstName: 'Rosa' });
  const { db } = household.database;
  await db.deleteFrom('cardRefund').where('accountId', '=', accountId).execute();
  expect(await remove()).toEqual([200, '']);
  const cards = await db.selectFrom('savedCard').select('removedAt').where('accountId', '=', accountId).execute();
  expect(cards).toEqual([{ removedAt: household.home.at }]);
});

test('what is personal goes, what law and money need stays under a number, and the address may register again', async () => {
  const { db } = household.database;
  const { accountId, number } = await closed();
  const { email, identityId } = family.who;
  await household.proves(family, number);
  await family.send('POST', '/v1/me/terms', { version: '2026-01', language: 'en' });
  await family.provesAnew();
  const { version } = await profileOf(db, accountId);
  const street = '77 Removal Road';
  const home = { firstName: 'Zenobia', lastName: 'Quill', addressLine1: street, city: 'Reno', region: 'NV', postalCode: '89501', country: 'US', phone: number }; // prettier-ignore
  expect((await family.told('PUT', '/v1/account/profile', home, { 'if-match': `"${version}"` })).status).toBe(200);
  const agent = { id: 'answers', name: 'Ana', extension: '6001', supervisor: false, active: true };
  await db
    .insertInto('agent')
    .values({ ...agent, since: household.home.at, until: null })
    .execute();
  await db
    .insertInto('question')
    .values({
      ...{ idempotencyKey: randomUUID(), requestHash: 'a'.repeat(64), name: 'Zenobia', email: email.toUpperCase() },
      ...{ subject: 'calls', body: 'When may he call?', language: 'en', accountNumber: null, number, state: 'closed' },
      ...{ askedAt: household.home.at, agentId: 'answers', answer: null, closedAs: 'duplicate' },
    })
    .execute();
  expect(await remove()).toEqual([200, '']);

  expect(await remove()).toEqual([401, 'session-needed']);
  const entered = await household.ask('POST', '/v1/identity/sessions', { email, password: PASSWORD });
  expect(entered.statusCode).toBe(401);
  expect((await household.home.subjects(email)).at(-1)).toBe('your profile was removed');
  expect(await accountsOfIdentity(db, identityId)).toEqual([]);
  expect((await activeBlock(db, number, 'all'))?.placed.by).toEqual({ kind: 'closing', id: accountId });
  expect(await db.selectFrom('identityTerms').select('version').where('identityId', '=', identityId).execute()).toEqual(
    [{ version: '2026-01' }],
  );
  for (const gone of ['Zenobia', street]) expect(await places(gone)).toEqual(gone === street ? [] : ['question']);
  // What was not sent yet is sent first: the last mail as well.
  await forgetIdentityLeavings(db, household.home.at);
  expect(await places(email)).toEqual(['identity_removal', 'notice']);
  const waiting = db.selectFrom('notice').select('subject').where('recipient', '=', email).where('endedAt', 'is', null);
  expect((await waiting.execute()).length).toBeGreaterThan(1);
  await sent(household.home.at);
  household.home.pass(1_000);
  expect(await household.home.registered(email)).not.toBe(identityId);
  await forgetIdentityLeavings(db, household.home.at);
  expect(await places('Zenobia')).toEqual([]);
  const mine = await household.home.subjects(email);
  expect(mine).toEqual(['confirm your e-mail address', 'your registration is complete']);
  const { contacts, accountIds } = await db.selectFrom('identityRemoval').selectAll().where('identityId', '=', identityId).executeTakeFirstOrThrow(); // prettier-ignore
  expect([contacts, accountIds]).toEqual([null, [accountId]]);
  expect((await household.signedIn({ identityId: '', email })).who.accessToken).toEqual(expect.any(String));
});

test('pictures go from storage, also when that is away at first', async () => {
  const { db } = household.database;
  await family.told('PUT', '/v1/me/documents/consent', { version: CONSENT.version, language: 'en' });
  await family.bytes('PUT', '/v1/me/documents/front', await picture('jpeg'), { 'content-type': 'image/jpeg' });
  await family.provesAnew();
  expect(await remove()).toEqual([200, '']);
  const { documents } = household.house;
  if (!documents) throw new Error('There are no documents here.');
  const log = { info: () => undefined, error: () => undefined };
  const sweep = () => sweepDocuments({ ...documents, db, log, keptDays: 365 });
  household.store.away = true;
  expect(await sweep()).toMatchObject({ removed: 0, failed: 1 });
  household.store.away = false;
  expect(await sweep()).toMatchObject({ removed: 1, failed: 0 });
  expect(await db.selectFrom('identityDocument').select('id').execute()).toEqual([]);
});

test('beside a sign-in, a refresh and a second removal there is one outcome: nobody is signed in', async () => {
  const { db, url } = household.database;
  const pool = openDatabase(url, { max: 8, connectMs: 15_000, statementMs: 15_000 });
  const deps = household.house.identity;
  for (let round = 0; round < 6; round++) {
    const one = await household.family();
    const { email, identityId } = one.who;
    const entered = await signIn(db, deps, { email, password: PASSWORD });
    if (entered.kind !== 'signed-in') throw new Error('Nobody was signed in.');
    const session = await sessionOf(db, deps, entered.accessToken);
    if (!session) throw new Error('The session is none.');
    const [first, second, again, fresh] = await Promise.all([
      removeProfile(pool, deps, session),
      removeProfile(pool, deps, session),
      signIn(pool, deps, { email, password: PASSWORD }),
      refresh(pool, deps, entered.refreshToken),
    ]);
    expect([first.kind, second.kind].sort()).toEqual(['over', 'removed']);
    const tokens = [entered.accessToken, 'accessToken' in again && again.accessToken, 'accessToken' in fresh && fresh.accessToken]; // prettier-ignore
    for (const token of tokens) if (token) expect(await sessionOf(db, deps, token)).toBeUndefined();
    expect(await db.selectFrom('identitySession').select('id').where('identityId', '=', identityId).execute()).toEqual(
      [],
    );
    const told = (await household.home.subjects(email)).filter((subject) => subject === 'your profile was removed');
    expect(told).toHaveLength(1);
  }
  await pool.destroy();
});

test('a session that ended as it asked removes nothing', async () => {
  const { db } = household.database;
  const deps = household.house.identity;
  const session = await sessionOf(db, deps, family.who.accessToken);
  if (!session) throw new Error('The session is none.');
  await family.send('DELETE', '/v1/identity/sessions/current');
  expect(await removeProfile(db, deps, session)).toEqual({ kind: 'over' });
  const stays = db.selectFrom('identity').select('id').where('id', '=', session.identityId);
  expect(await stays.execute()).toHaveLength(1);
});

test('whoever opens an account as it is removed has it, or is told to sign in: never an account of nobody', async () => {
  const { db } = household.database;
  await family.provesAnew();
  const [gone, account] = await Promise.all([
    remove(),
    family.send('POST', '/v1/enrolments', { state: 'CA', facilityId: 'valley-view', number: '+12135559001', language: 'en', notices: 'none' }, key()), // prettier-ignore
  ]);
  const owned = await db
    .selectFrom('accountNumber')
    .innerJoin('identityAccount', 'identityAccount.accountId', 'accountNumber.accountId')
    .select('identityId')
    .where('number', '=', '+12135559001')
    .execute();
  expect([
    [200, 401, 0],
    [409, 201, 1],
  ]).toContainEqual([gone[0], account.statusCode, owned.length]);
  household.home.pass(DAY_MS);
});
