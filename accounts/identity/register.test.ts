import { sql } from 'kysely';
import { identityOf, questionsOf } from '#db/identities.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { MAILED_MS } from './mail-proof.ts';
import { answerQuestions, beginSignUp, giveContact, PROVE_MS, STEPS_MS, submitSignUp } from './register.ts';
import { ANSWERS, Home, NAME, otherThan, PASSWORD, PHONE, twice } from './testing/home.ts';
import { verifyByCode, verifyByLink } from './verify.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestDatabase;
let home: Home;
let people = 0;
const newAddress = () => `rosa${++people}@example.com`;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  home = new Home(server.db);
});
afterAll(() => server.stop());

const start = async (over: object) =>
  beginSignUp(server.db, await home.deps(), {
    ...{ email: twice(newAddress()), password: twice(PASSWORD), language: 'en' as const },
    ...over,
  });
const byCode = async (holder: { id: string; token: string }, code: string) =>
  (await verifyByCode(server.db, await home.deps(), holder, code)).kind;
const byLink = async (token: string, password = PASSWORD) =>
  (await verifyByLink(server.db, await home.deps(), { token, password })).kind;
const submit = async (holder: { id: string; token: string }, options = {}) =>
  submitSignUp(server.db, await home.deps(), holder, options);

test('everything that is wrong with the first step is told at once', async () => {
  const refused = (...faults: string[]) => ({ kind: 'refused', faults });
  expect(await start({ email: twice('rosa'), password: twice('short') })).toEqual(
    refused('invalid-email', 'too-short', 'no-number', 'no-upper-case'),
  );
  expect(await start({ email: twice('a@b.example', 'c@b.example') })).toEqual(refused('emails-differ'));
  expect(await start({ password: twice(PASSWORD, `${PASSWORD}x`) })).toEqual(refused('passwords-differ'));
  expect(await start({ email: twice(' Rosa@Example.com', 'rosa@example.com ') })).toMatchObject({ kind: 'begun' });
});

test('three steps and six digits make an identity, and nothing that is secret is kept as it was typed', async () => {
  const email = newAddress();
  const holder = await home.begin(email);
  const deps = await home.deps();
  expect(await answerQuestions(server.db, deps, holder, ANSWERS)).toEqual({ kind: 'saved' });
  const passcode = twice('8362');
  expect(
    await giveContact(server.db, deps, holder, { nameAndAddress: NAME, phone: '(213) 555-0142', passcode }),
  ).toEqual({ kind: 'saved' });
  expect(await submit(holder)).toEqual({ kind: 'sent' });
  expect(await identityOf(server.db, { emailKey: email })).toBeUndefined();
  const { code, token } = await home.mailed(email);
  expect(await byCode(holder, otherThan(code))).toBe('wrong');
  expect(await byCode(holder, code)).toBe('registered');

  const identity = await identityOf(server.db, { emailKey: email });
  expect(identity).toMatchObject({ id: holder.id, email, ...NAME, phone: '+12135550142', emailVerifiedAt: home.at });
  const asked = await questionsOf(server.db, holder.id);
  expect(asked.map(({ question }) => question)).toEqual(['dish', 'first-pet', 'first-street']);
  const [pet] = asked.filter(({ question }) => question === 'first-pet');
  expect(await deps.answers.verify(pet?.answerHash ?? '', 'rex')).toBe(true);
  expect(await deps.passwords.verify(identity?.passwordHash ?? '', PASSWORD)).toBe(true);
  // The hash of an answer is none of a password.
  expect(await deps.passwords.verify(pet?.answerHash ?? '', 'rex')).toBe(false);
  expect(await home.subjects(email)).toEqual(['confirm your e-mail address', 'your registration is complete']);

  const { rows } = await sql<{ all: string }>`select (select json_agg(t)::text from identity t) ||
    (select json_agg(t)::text from identity_question t) || (select json_agg(t)::text from sign_up t) ||
    (select json_agg(t)::text from mail_proof t) || (select json_agg(t)::text from notice t) as all`.execute(server.db);
  const kept = rows[0]?.all ?? '';
  expect(kept).toContain(email);
  for (const secret of [PASSWORD, 'Rex', 'arroz', code, token, holder.token, '"8362"'])
    expect(kept).not.toContain(secret);
});

test('a registration is its holder’s alone, and over after two hours', async () => {
  const holder = await home.begin(newAddress());
  const other = await home.begin(newAddress());
  const deps = await home.deps();
  const forged = { id: holder.id, token: other.token };
  const contact = { nameAndAddress: NAME, phone: PHONE };
  expect(await answerQuestions(server.db, deps, forged, ANSWERS)).toEqual({ kind: 'gone' });
  expect(await giveContact(server.db, deps, forged, contact)).toEqual({ kind: 'gone' });
  expect(await submit(forged)).toEqual({ kind: 'gone' });
  home.pass(STEPS_MS - 1);
  expect(await answerQuestions(server.db, deps, holder, ANSWERS)).toEqual({ kind: 'saved' });
  home.pass(1);
  expect(await giveContact(server.db, deps, holder, contact)).toEqual({ kind: 'gone' });
});

test('it says which step is missing, what is wrong, and changes no more when it is submitted', async () => {
  const [deps, holder] = [await home.deps(), await home.begin(newAddress())];
  expect(await submit(holder)).toEqual({ kind: 'unfinished', steps: ['questions', 'contact'] });
  expect(await answerQuestions(server.db, deps, holder, ANSWERS.slice(1))).toMatchObject({ fault: 'not-three' });
  await answerQuestions(server.db, deps, holder, ANSWERS);
  expect(await submit(holder)).toEqual({ kind: 'unfinished', steps: ['contact'] });
  const contact = (over: object) =>
    giveContact(server.db, deps, holder, { nameAndAddress: NAME, phone: PHONE, ...over });
  expect(await contact({ nameAndAddress: { ...NAME, city: '' } })).toMatchObject({
    ...{ reason: 'invalid-address', fields: [{ field: 'city', why: 'missing' }] },
  });
  expect(await contact({ phone: '+1 800 555 0100' })).toMatchObject({ reason: 'not-a-personal-number' });
  expect(await contact({ passcode: twice('836') })).toMatchObject({ reason: 'passcode-not-four-digits' });
  expect(await contact({ passcode: twice('8362', '8361') })).toMatchObject({ reason: 'passcodes-differ' });
  expect(await contact({ passcode: twice('0142') })).toMatchObject({ weakness: 'of-your-number' });
  expect(await contact({ phone: '+52 55 1234 5678' })).toEqual({ kind: 'saved' });
  expect(await submit(holder)).toEqual({ kind: 'sent' });
  expect(await contact({})).toEqual({ kind: 'submitted' });
  expect(await answerQuestions(server.db, deps, holder, ANSWERS)).toEqual({ kind: 'submitted' });
});

test('an address that is known gets another mail, and who asks the same answer', async () => {
  const email = newAddress();
  await home.registered(email);
  const holder = await home.begin(email.toUpperCase());
  const deps = await home.deps();
  await answerQuestions(server.db, deps, holder, ANSWERS);
  await giveContact(server.db, deps, holder, { nameAndAddress: NAME, phone: PHONE });
  expect(await submit(holder)).toEqual({ kind: 'sent' });
  const mails = await home.mails(email);
  expect(mails.at(-1)).toMatchObject({ subject: 'Homeline: you are registered already', proofId: null });
  expect(await byCode(holder, '000000')).toBe('wrong');
});

test('of two registrations of one address at once, whoever proves it first is registered', async () => {
  const email = newAddress();
  const codes: string[] = [];
  const holders = [];
  for (let each = 0; each < 2; each++) {
    holders.push(await home.submitted(email));
    codes.push((await home.mailed(email)).code);
  }
  const kinds = await Promise.all(holders.map((holder, each) => byCode(holder, codes[each] ?? '')));
  expect(kinds.sort()).toEqual(['known-address', 'registered']);
  expect((await home.subjects(email)).filter((subject) => subject === 'your registration is complete')).toHaveLength(1);
});

test('five tries at the digits, also at once: then the right ones do not help', async () => {
  const email = newAddress();
  const holder = await home.submitted(email);
  const { code, token } = await home.mailed(email);
  const kinds = await Promise.all(Array.from({ length: 8 }, () => byCode(holder, otherThan(code))));
  expect(kinds.sort()).toEqual([...Array<string>(3).fill('no-tries-left'), ...Array<string>(5).fill('wrong')]);
  expect(await byCode(holder, code)).toBe('no-tries-left');
  expect(await byLink(token)).toBe('no-tries-left');
});

test('the digits are no use to whoever does not hold the registration, nor after half an hour', async () => {
  const email = newAddress();
  const holder = await home.submitted(email);
  const { code, token } = await home.mailed(email);
  expect(await byCode({ id: holder.id, token: 'forged' }, code)).toBe('wrong');
  home.pass(MAILED_MS);
  expect(await byCode(holder, code)).toBe('wrong');
  expect(await byLink(token)).toBe('wrong');
});

test('the link asks for the password of who registered; opened again, it says so again', async () => {
  const email = newAddress();
  await home.submitted(email);
  const { token } = await home.mailed(email);
  expect(await byLink(token, 'Another-Horse-7')).toBe('wrong');
  expect(await byLink(`${token}x`)).toBe('wrong');
  expect(await byLink(token)).toBe('registered');
  expect(await byLink(token)).toBe('registered');
});

test('another mail makes the one before it void; three for a registration, five an hour for an address', async () => {
  const email = newAddress();
  const holder = await home.submitted(email);
  const first = await home.mailed(email);
  expect(await submit(holder)).toEqual({ kind: 'sent' });
  expect(await home.mails(email)).toHaveLength(1);
  expect(await submit(holder, { resend: true })).toEqual({ kind: 'sent' });
  const second = await home.mailed(email);
  expect(second).not.toEqual(first);
  expect(await byLink(first.token)).toBe('wrong');
  home.pass(1);
  await submit(holder, { resend: true });
  expect(await submit(holder, { resend: true })).toEqual({ kind: 'sent' });
  expect(await home.mails(email)).toHaveLength(3);
  const another = await home.submitted(email);
  await submit(another, { resend: true });
  await submit(another, { resend: true });
  expect(await home.mails(email)).toHaveLength(5);
  home.pass(3_600_000);
  await submit(another, { resend: true });
  expect(await home.mails(email)).toHaveLength(6);
  expect(await byCode(another, (await home.mailed(email)).code)).toBe('registered');
});

test('of two mails, written at one moment or not, the digits of the later one count', async () => {
  for (const between of [0, 1]) {
    const email = newAddress();
    const holder = await home.submitted(email);
    const first = await home.mailed(email);
    home.pass(between);
    await submit(holder, { resend: true });
    expect(await byCode(holder, first.code)).toBe('wrong');
    const { code } = await home.mailed(email);
    expect(await byCode(holder, code)).toBe('registered');
    expect(await byCode(holder, code)).toBe('registered');
  }
});

test('a submitted registration waits a day for its proof', async () => {
  const email = newAddress();
  const holder = await home.submitted(email);
  home.pass(PROVE_MS - 1);
  expect(await submit(holder, { resend: true })).toEqual({ kind: 'sent' });
  expect(await byCode(holder, (await home.mailed(email)).code)).toBe('registered');
  home.pass(1);
  expect(await submit(holder, { resend: true })).toEqual({ kind: 'gone' });
});

test('the same idempotency key begins one registration, and another order with it is refused', async () => {
  const order = { email: twice(newAddress()), idempotencyKey: `key ${people}` };
  const begun = await Promise.all([start(order), start(order), start(order)]);
  expect(begun[0]).toMatchObject({ kind: 'begun' });
  expect(new Set(begun.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(await start({ ...order, password: twice('Another-Horse-7') })).toEqual({ kind: 'key-reused' });
  expect(await start({ ...order, email: twice(newAddress()) })).toEqual({ kind: 'key-reused' });
  expect(await start({ ...order, language: 'es' })).toEqual({ kind: 'key-reused' });
  home.pass(STEPS_MS);
  expect(await start(order)).toEqual({ kind: 'key-reused' });
});
