import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { CONSENT } from '#accounts/documents/consent.ts';
import { ownData } from '#accounts/identity/own-data.ts';
import { picture } from '#accounts/documents/testing/pictures.ts';
import { PHONE } from '#accounts/identity/testing/home.ts';
import { identityOf } from '#db/identities.ts';
import { LINES_AT_ONCE } from '#db/own-data.ts';
import type { z } from 'zod';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ownData as schema } from './own-data-resources.ts';
import { AGREEMENT, GOOD_CARD, Household, type Family } from './testing/household.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

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
async function exported(one: Family): Promise<{ kept: z.infer<typeof schema>; text: string }> {
  await one.provesAnew();
  const answer = await one.send('GET', '/v1/me/export');
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  expect(answer.headers['content-disposition']).toBe('attachment; filename="homeline-2026-05-01.json"');
  return { kept: schema.parse(answer.json()), text: answer.body };
}
const calls = (number: string, many: number) =>
  sql`insert into call (id, facility_id, node, number, off_hook_at, policy_at, dialled_at, ringing_at, done_at, closed_at, disposition, cause, ended_by)
    select gen_random_uuid(), 'valley-view', 'a', ${number}, t, t, t, t, t, t, 'no-answer', 'no-answer', 'outside'
    from (select ${household.home.at}::timestamptz + n * interval '1 ms' as t from generate_series(1, ${many}) n) times`.execute(
    household.database.db,
  );

/** A family of whom there is something of nearly every kind. */
async function manifold(): Promise<{ accountNumber: string; number: string }> {
  const { db } = household.database;
  const { accountNumber, number } = await family.enrolled({ passcode: '8362', passcodeAgain: '8362', notices: 'e-mail', email: family.who.email }); // prettier-ignore
  await household.proves(family, number);
  await family.send('POST', '/v1/me/terms', { version: '2026-01', language: 'en' });
  await family.told('POST', '/v1/account/blocks', { number }, key());
  const token = await household.handedOut(GOOD_CARD);
  await family.told('PUT', '/v1/account/card', { token, agreementVersion: AGREEMENT });
  await family.told('POST', '/v1/account/deposits', { cents: 2_500 }, key());
  await family.provesAnew();
  const join = { mode: 'both', amountCents: 500, mobile: number, email: family.who.email, notices: 'both', language: 'en', agreementVersion: AGREEMENT }; // prettier-ignore
  await family.told('PUT', '/v1/account/autopay', join, { 'if-match': '"0"' });
  await family.told('PUT', '/v1/me/documents/consent', { version: CONSENT.version, language: 'en' });
  await family.bytes('PUT', '/v1/me/documents/front', await picture('jpeg'), { 'content-type': 'image/jpeg' });
  await db
    .insertInto('question')
    .values({
      ...{ idempotencyKey: randomUUID(), requestHash: 'a'.repeat(64), name: 'Rosa', email: family.who.email },
      ...{ subject: 'calls', body: 'When may he call?', language: 'en', accountNumber, number: null },
      ...{ askedAt: household.home.at, agentId: null, answer: null, closedAs: null },
    })
    .execute();
  await calls(number, 2);
  household.home.pass(1_000);
  const { version } = (await family.told('GET', '/v1/account/closing')).body;
  await family.told('POST', '/v1/account/closing', { version }, key());
  return { accountNumber, number };
}

test('everything that is kept of somebody is one document, by its schema, after the password was given anew', async () => {
  expect((await family.told('GET', '/v1/me/export')).code).toBe('proof-needed');
  const { accountNumber, number } = await manifold();
  const { kept } = await exported(family);
  const { email } = family.who;
  expect(kept.profile).toMatchObject({ email, firstName: 'Rosa', lastName: 'Álvarez', city: 'Fresno', phone: PHONE.replaceAll(' ', '') }); // prettier-ignore
  expect(kept.profile).toMatchObject({ hasPasscode: false, id: family.who.identityId });
  expect(kept.accounts).toMatchObject([{ accountNumber, status: 'closed', way: 'enrolled' }]);
  expect(kept.securityQuestions.map(({ question }) => question)).toEqual(['dish', 'first-pet', 'first-street']);
  expect(kept.terms).toMatchObject([{ version: '2026-01' }]);
  expect(kept.sessions).toHaveLength(1);
  expect(kept.provenNumbers).toMatchObject([{ number }]);
  expect(kept.numberProofs).toMatchObject([{ number, tries: 1 }]);
  expect(kept.documentConsents).toMatchObject([{ version: CONSENT.version }]);
  expect(kept.documentReviews).toMatchObject([{ state: 'open' }]);
  expect(kept.documentPictures).toMatchObject([{ side: 'front' }]);
  expect(kept.questions).toMatchObject([{ body: 'When may he call?', accountNumber }]);
  expect(kept.notices.map(({ subject }) => subject)).toContain('Homeline: your registration is complete');
  expect(kept.notices.map(({ recipient }) => recipient)).toContain(number);
  expect(kept.accountNumbers).toMatchObject([{ accountNumber, number }]);
  expect(kept.accountEnrolments).toMatchObject([{ accountNumber, facilityId: 'valley-view', byKind: 'web' }]);
  expect(kept.accountProfiles).toMatchObject([{ accountNumber, firstName: 'Rosa', email }]);
  expect(kept.accountPasscodeEvents).toMatchObject([{ accountNumber, kind: 'set' }]);
  expect(kept.accountBlocks.map(({ placedBy }) => placedBy)).toEqual(['web', 'closing']);
  expect(kept.accountCards).toMatchObject([{ accountNumber, lastFour: '4242' }]);
  expect(kept.accountDeposits).toMatchObject([{ accountNumber, cents: 2_500, state: 'captured' }]);
  expect(kept.accountAutopay).toMatchObject([{ accountNumber, mode: 'both', amountCents: 500, mobile: number }]);
  expect(kept.accountAutopayChanges.map(({ kind }) => kind)).toEqual(['enrolled', 'ended']);
  expect(kept.accountTransactions.map(({ cents }) => cents)).toEqual([-2_500, 2_500]);
  expect(kept.accountRefunds).toMatchObject([{ accountNumber, cents: 2_500 }]);
  expect(kept.accountClosings).toMatchObject([{ accountNumber, numbers: [number] }]);
  expect(kept.accountCalls).toMatchObject([{ accountNumber, number, disposition: 'no-answer' }, { number }]);
  expect(kept.accountNotices.map(({ subject }) => subject)).toContain('Homeline: receipt for $25.00');
});

test('nothing of it is a secret, or somebody else’s', async () => {
  const { number } = await manifold();
  const { kept: mine } = await exported(family);
  const stranger = await household.family();
  const theirs = await stranger.enrolled();
  const { kept, text } = await exported(stranger);
  expect(kept.accounts.map(({ accountNumber }) => accountNumber)).toEqual([theirs.accountNumber]);
  for (const own of [number, family.who.email, family.who.identityId, mine.profile.id]) expect(text).not.toContain(own);
  const { db } = household.database;
  const { passwordHash } = await db.selectFrom('identity').select('passwordHash').executeTakeFirstOrThrow();
  expect(passwordHash).toContain('$argon2id$');
  const whole = (await exported(family)).text;
  for (const secret of ['$argon2id$', 'digest', 'Digest', 'hash', family.who.accessToken, 'sealed', '8362'])
    expect([secret, whole.includes(secret)]).toEqual([secret, false]);
  const tokens = await db.selectFrom('savedCard').select('token').execute();
  expect(tokens.filter(({ token }) => whole.includes(token))).toEqual([]);
});

test('however many lines there are, each comes once, and a page of them is in memory at a time', async () => {
  const { number } = await family.enrolled();
  const many = 3 * LINES_AT_ONCE;
  await calls(number, many);
  await sql`insert into notice (key, channel, recipient, subject, body, written_at)
    select 'many ' || n, 'e-mail', ${family.who.email}, 'many', 'line ' || n, now() from generate_series(1, ${many + 1}) n`.execute(
    household.database.db,
  );
  household.home.pass(60_000);
  const identity = await identityOf(household.database.db, { id: family.who.identityId });
  if (!identity) throw new Error('There is no such identity.');
  const parts: string[] = [];
  for await (const part of ownData(household.database.db, identity, household.home.at)) parts.push(part);
  const { accountCalls, notices } = schema.parse(JSON.parse(parts.join('')));
  expect(new Set(accountCalls.map(({ id }) => id)).size).toBe(many);
  expect(accountCalls).toHaveLength(many);
  const lines = notices.filter(({ subject }) => subject === 'many').map(({ body }) => body);
  expect(lines).toEqual(Array.from({ length: many + 1 }, (_, n) => `line ${n + 1}`));
  const most = Math.max(...parts.map((part) => part.split('\n').length - 1));
  expect(most).toBe(LINES_AT_ONCE);
});
