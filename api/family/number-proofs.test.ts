import { addOptOut } from '#db/text-opt-outs.ts';
import { forgetIdentityLeavings } from '#db/forget-identities.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { freshNumber, Household, type Family } from './testing/household.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const MINUTE = 60_000;
let household: Household;
let family: Family;
let number = '';
beforeAll(async () => {
  household = await Household.open();
});
afterAll(() => household.close());
beforeEach(async () => {
  household.home.pass(25 * 60 * MINUTE);
  family = await household.family();
  number = freshNumber();
});

const at = (of = number) => `/v1/me/numbers/${encodeURIComponent(of)}/proof`;
const ask = (of?: string, by = family) => by.told('POST', at(of));
const show = (code: string, of?: string, by = family) => by.told('PUT', at(of), { code });
const digits = (of = number, by = family) => household.digits(by.who.identityId, of);
/** Six digits that are not those. */
const others = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
const proven = async (by = family) => (await by.told('GET', '/v1/me/numbers')).body['numbers'];
const texts = (of = number) =>
  household.database.db.selectFrom('notice').selectAll().where('recipient', '=', of).orderBy('id').execute();
const inMs = (ms: number) => new Date(household.home.at.getTime() + ms).toISOString();

test('a number is one’s own once the digits that were texted there are shown, for 45 days', async () => {
  expect(await proven()).toEqual([]);
  const asked = await ask(number.replace('+1', '').replace(/(...)(...)/, '($1) $2-'));
  expect([asked.status, asked.body]).toEqual([202, { result: 'sent', number, expiresAt: inMs(10 * MINUTE) }]);
  const [text, ...more] = await texts();
  expect(more).toEqual([]);
  expect(text).toMatchObject({ channel: 'text', accountId: null, despiteOptOut: false });
  expect(text?.body).toContain('{code}');
  const code = await digits();
  expect(JSON.stringify([text, await household.database.db.selectFrom('numberProof').selectAll().execute()])).not.toContain(code); // prettier-ignore
  expect((await show(others(code))).code).toBe('proof-wrong');
  const done = await show(code);
  const until = inMs(45 * 24 * 60 * MINUTE);
  expect([done.status, done.body]).toEqual([200, { result: 'proven', number, until }]);
  expect(await proven()).toEqual([{ number, provenAt: inMs(0), until }]);
  // Used once, and nobody else's.
  expect((await show(code)).code).toBe('proof-missing');
  expect(await proven(await household.family())).toEqual([]);
});

test('in the language of who asks', async () => {
  const { db } = household.database;
  await db.updateTable('identity').set({ language: 'es' }).where('id', '=', family.who.identityId).execute();
  await ask();
  expect((await texts())[0]?.body).toMatch(/^Homeline: \{code\} es su clave/);
});

test('of five tries the fifth may be right, and none after it', async () => {
  await ask();
  const code = await digits();
  for (let nth = 0; nth < 4; nth++) expect((await show(others(code))).code).toBe('proof-wrong');
  expect((await show(code)).status).toBe(200);
  const other = freshNumber();
  await ask(other);
  const wanted = await digits(other);
  for (let nth = 0; nth < 5; nth++) expect((await show(others(wanted), other)).code).toBe('proof-wrong');
  expect((await show(wanted, other)).code).toBe('proof-missing');
});

test('tries that come together are counted one by one', async () => {
  await ask();
  const code = await digits();
  const tries = await Promise.all(Array.from({ length: 12 }, () => show(others(code))));
  expect(tries.filter(({ code }) => code === 'proof-wrong')).toHaveLength(5);
  expect(tries.filter(({ code }) => code === 'proof-missing')).toHaveLength(7);
  expect((await show(code)).code).toBe('proof-missing');
});

test('the digits are good for ten minutes, and only the last that were sent', async () => {
  await ask();
  const first = await digits();
  household.home.pass(MINUTE);
  await ask();
  expect((await show(first)).code).toBe('proof-wrong');
  household.home.pass(10 * MINUTE - 1);
  const second = await digits();
  household.home.pass(1);
  family = await household.signedIn(family.who);
  expect((await show(second)).code).toBe('proof-missing');
  household.home.pass(MINUTE);
  await ask();
  household.home.pass(10 * MINUTE - 1);
  family = await household.signedIn(family.who);
  expect((await show(await digits())).status).toBe(200);
});

test('digits of another number, and of somebody else’s request for the same, prove nothing', async () => {
  const [other, stranger] = [freshNumber(), await household.family()];
  await ask();
  await ask(other);
  expect((await show(await digits(other))).code).toBe('proof-wrong');
  expect((await show(await digits(), number, stranger)).code).toBe('proof-missing');
  household.home.pass(MINUTE);
  await ask(number, stranger);
  expect((await show(await digits(), number, stranger)).code).toBe('proof-wrong');
  expect((await show(await digits(number, stranger), number, stranger)).status).toBe(200);
  expect(await proven()).toEqual([]);
});

test('once a minute, five an hour whoever asks, ten a day for one family', async () => {
  expect((await ask()).status).toBe(202);
  household.home.pass(MINUTE - 1);
  const soon = await family.send('POST', at());
  expect([soon.statusCode, soon.headers['retry-after']]).toEqual([429, '1']);
  household.home.pass(1);
  const stranger = await household.family();
  for (let nth = 0; nth < 4; nth++) {
    expect((await ask(number, nth % 2 ? family : stranger)).status).toBe(202);
    household.home.pass(MINUTE);
  }
  const sixth = await stranger.send('POST', at());
  expect([sixth.statusCode, sixth.headers['retry-after']]).toEqual([429, String(55 * 60)]);
  expect(await texts()).toHaveLength(5);
  const fresh = await household.family();
  for (let nth = 0; nth < 10; nth++) expect((await ask(freshNumber(), fresh)).status).toBe(202);
  const eleventh = await fresh.send('POST', at(freshNumber()));
  expect([eleventh.statusCode, eleventh.headers['retry-after']]).toEqual([429, String(24 * 60 * 60)]);
  // What is long over is forgotten, and what counts is not.
  const { db } = household.database;
  const kept = async () => (await db.selectFrom('numberProof').select('id').execute()).length;
  const before = await kept();
  await forgetIdentityLeavings(db, household.home.at);
  expect(await kept()).toBe(15);
  expect(before).toBeGreaterThan(15);
});

test('of two requests at once one text goes out', async () => {
  const both = await Promise.all([ask(), ask()]);
  expect(both.map(({ status }) => status).sort()).toEqual([202, 429]);
  expect(await texts()).toHaveLength(1);
});

test('a number that wants no texts, and one that can get none, is told so, and nothing is written', async () => {
  await addOptOut(household.database.db, number, household.home.at);
  expect((await ask()).code).toBe('number-wants-no-texts');
  expect((await ask('+525512345678')).code).toBe('number-not-textable foreign-mobile');
  expect((await ask('12')).code).toBe('number-not-textable invalid-mobile');
  expect((await ask('+18005550142')).code).toBe('number-not-textable not-a-mobile');
  expect((await show('123456', '12')).code).toBe('proof-missing');
  expect(await texts()).toEqual([]);
  expect((await show('12345')).status).toBe(400);
});
