import { randomUUID } from 'node:crypto';
import { PASSWORD } from '#accounts/identity/testing/home.ts';
import { accountStatus } from '#db/closing.ts';
import { profileOf } from '#db/profiles.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { AGREEMENT, Household, type Family } from './testing/household.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const MINUTE = 60_000;
let household: Household;
let family: Family;
let accountId = '';
beforeAll(async () => {
  household = await Household.open();
});
beforeEach(async () => {
  family = await household.family();
  const { accountNumber } = await family.enrolled();
  const query = household.database.db.selectFrom('account').select('id').where('number', '=', accountNumber);
  accountId = (await query.executeTakeFirstOrThrow()).id;
});
afterAll(() => household.close());

const home = { firstName: 'Ana', lastName: 'Ruiz', addressLine1: '1 Oak St', city: 'Reno', region: 'NV', postalCode: '89501', country: 'US', phone: '+12135550188' }; // prettier-ignore
const autopay = { mode: 'autopay', amountCents: 500, notices: 'e-mail', email: 'rosa@example.com', language: 'en', agreementVersion: AGREEMENT }; // prettier-ignore

type Act = readonly [method: 'PUT' | 'POST', url: string, body: object, status: number];

/** What sends money or who somebody is elsewhere, and what comes of it in an account without card and funds. */
const acts: readonly Act[] = [
  ['PUT', '/v1/account/profile', home, 200],
  ['PUT', '/v1/account/preferences', { language: 'en', notices: 'e-mail', email: 'elsewhere@example.com' }, 200],
  ['PUT', '/v1/account/passcode', { passcode: '7391', passcodeAgain: '7391' }, 200],
  ['PUT', '/v1/account/autopay', autopay, 409],
  ['POST', '/v1/account/closing', {}, 200],
];

async function act(one: Family, [method, url, body]: Act) {
  const seen = method === 'PUT' && url !== '/v1/account/passcode';
  const { etag } = seen ? await one.told('GET', url === '/v1/account/preferences' ? '/v1/account/profile' : url) : {};
  const shown = url === '/v1/account/closing' ? (await one.told('GET', url)).body : {};
  const version = 'version' in shown && { version: shown['version'] };
  const headers = { 'idempotency-key': randomUUID(), ...(etag !== undefined && { 'if-match': etag }) };
  return one.told(method, url, { ...body, ...version }, headers);
}

test.each(acts)('%s %s asks for the password anew', async (...one) => {
  const refused = await act(family, one);
  expect([refused.status, refused.code]).toEqual([403, 'proof-needed']);
  expect(String(refused.body['detail'])).toContain('POST /v1/identity/sessions/current/proof');
  await family.provesAnew();
  expect((await act(family, one)).status).toBe(one[3]);
});

test('it counts in the session where it was given, for ten minutes, however often that is refreshed', async () => {
  const { db } = household.database;
  const other = await household.signedIn(family.who);
  const signedIn = await household.ask('POST', '/v1/identity/sessions', {
    ...{ email: family.who.email, password: PASSWORD },
  });
  const first = signedIn.json<{ accessToken: string; refreshToken: string }>();
  const proof = '/v1/identity/sessions/current/proof';
  const given = await household.ask('POST', proof, { password: PASSWORD }, bearer(first));
  const until = new Date(household.home.at.getTime() + 10 * MINUTE);
  expect(given.json()).toEqual({ result: 'proven', until: until.toISOString() });

  const rename = async (tokens: { accessToken: string }, firstName: string) => {
    const tag = `"${(await profileOf(db, accountId)).version}"`;
    const url = '/v1/account/profile';
    const answer = await household.ask('PUT', url, { ...home, firstName }, { ...bearer(tokens), 'if-match': tag });
    return answer.statusCode;
  };
  expect(await rename(other.who, 'Eva')).toBe(403);
  expect(await rename(first, 'Ana')).toBe(200);
  household.home.pass(9 * MINUTE);
  const refreshed = await household.ask('POST', '/v1/identity/tokens', { refreshToken: first.refreshToken });
  const second = refreshed.json<{ accessToken: string }>();
  household.home.pass(MINUTE - 1);
  expect(await rename(second, 'Ida')).toBe(200);
  household.home.pass(1);
  expect(await rename(second, 'Eva')).toBe(403);
  expect((await profileOf(db, accountId)).profile.firstName).toBe('Ida');
});

const bearer = ({ accessToken }: { accessToken: string }) => ({ authorization: `Bearer ${accessToken}` });

test('what must be quick does not: blocks, looking, and what tells nobody where to send anything', async () => {
  const number = String((await family.told('GET', '/v1/account/profile')).body['phone']);
  expect(
    (await family.told('POST', '/v1/account/blocks', { number }, { 'idempotency-key': randomUUID() })).status,
  ).toBe(201);
  const { etag } = await family.told('GET', '/v1/account/profile');
  const preferences = { language: 'es', notices: 'none' };
  expect((await family.told('PUT', '/v1/account/preferences', preferences, { 'if-match': etag })).status).toBe(200);
});

test('an account that is not closed for want of it stays open', async () => {
  await act(family, ['POST', '/v1/account/closing', {}, 200]);
  expect(await accountStatus(household.database.db, accountId)).toBe('open');
});
