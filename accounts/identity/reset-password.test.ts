import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { MAILED_MS } from './mail-proof.ts';
import { askReset, proveByCode, proveByLink, resetPassword, type ResetOrder } from './reset-password.ts';
import { refresh, sessionOf } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { verifyByCode, verifyByLink } from './verify.ts';
import { ANSWERS, Home, otherThan, PASSWORD, twice } from './testing/home.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const NEW = 'Another-Horse-8';
const WRONG = ANSWERS.map((each, index) => (index === 1 ? { ...each, answer: 'Max' } : each));
let server: TestDatabase;
let home: Home;
let people = 0;
let email = '';
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  home = new Home(server.db);
  email = `luz${++people}@example.com`;
});
afterAll(() => server.stop());

async function ask(as = email, idempotencyKey?: string): Promise<string> {
  const asked = await askReset(server.db, await home.deps(), { email: as, idempotencyKey });
  if (asked.kind !== 'asked') throw new Error(asked.kind);
  return asked.id;
}
const prove = async (id: string, code: string) => proveByCode(server.db, await home.deps(), { id, code });
const proveLink = async (token: string) => proveByLink(server.db, await home.deps(), token);
async function granted(): Promise<string> {
  const proven = await prove(await ask(), (await home.mailed(email)).code);
  if (proven.kind !== 'proven') throw new Error(proven.kind);
  return proven.grant;
}
const reset = async (grant: string, over: Partial<ResetOrder> = {}) =>
  resetPassword(server.db, await home.deps(), { grant, answers: ANSWERS, password: twice(NEW), ...over });
const enter = async (password: string) => signIn(server.db, await home.deps(), { email, password });

test('by digits and three answers, however they are spelled, there is another password, and no session left', async () => {
  await home.registered(email);
  const before = await enter(PASSWORD);
  if (before.kind !== 'signed-in') throw new Error(before.kind);
  const id = await ask(email.toUpperCase());
  const { code } = await home.mailed(email);
  expect(await prove(id, otherThan(code))).toEqual({ kind: 'wrong' });
  const proven = await prove(id, code);
  expect(proven).toMatchObject({ kind: 'proven', questions: ['dish', 'first-pet', 'first-street'] });
  if (proven.kind !== 'proven') return;
  const answers = ANSWERS.map(({ question, answer }) => ({ question, answer: ` ${answer.toUpperCase()}.` })).reverse();
  expect(await reset(proven.grant, { answers })).toEqual({ kind: 'reset' });
  const deps = await home.deps();
  expect(await sessionOf(server.db, deps, before.accessToken)).toBeUndefined();
  expect((await refresh(server.db, deps, before.refreshToken)).kind).toBe('refused');
  expect((await enter(PASSWORD)).kind).toBe('wrong');
  expect((await enter(NEW)).kind).toBe('signed-in');
  expect((await home.subjects(email)).slice(-2)).toEqual(['set a new password', 'your password was changed']);
  expect(await reset(proven.grant)).toEqual({ kind: 'gone' });
  expect(await prove(id, code)).toEqual({ kind: 'wrong' });
  expect(await proveLink((await home.mailed(email)).token)).toEqual({ kind: 'wrong' });
});

test('an address that nobody has is answered alike and mailed nothing', async () => {
  const nobody = `nobody-${email}`;
  const id = await ask(nobody);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(await home.mails(nobody)).toEqual([]);
  const kinds = [];
  for (let each = 0; each < 6; each++) kinds.push((await prove(id, '123456')).kind);
  expect(kinds).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'wrong', 'no-tries-left']);
  // Whoever has the secret of the mail all the same.
  const other = await ask(nobody);
  expect(await prove(other, home.keys.mailed(other).code)).toEqual({ kind: 'wrong' });
});

test('the digits are tried five times, and are good for half an hour', async () => {
  await home.registered(email);
  const id = await ask();
  const { code, token } = await home.mailed(email);
  const kinds = await Promise.all(Array.from({ length: 7 }, async () => (await prove(id, otherThan(code))).kind));
  expect(kinds.filter((kind) => kind === 'wrong')).toHaveLength(5);
  expect(await prove(id, code)).toEqual({ kind: 'no-tries-left' });
  expect((await proveLink(token)).kind).toBe('proven');
  home.pass(MAILED_MS);
  expect(await proveLink(token)).toEqual({ kind: 'wrong' });
});

test('a registration’s mail proves nothing here, nor the other way round', async () => {
  const holder = await home.submitted(email);
  const { code, token } = await home.mailed(email);
  expect(await proveLink(token)).toEqual({ kind: 'wrong' });
  // Nor does whoever knows its id use up its tries.
  const mine = server.db.selectFrom('mailProof').select('id').where('signUpId', '=', holder.id);
  const { id } = await mine.executeTakeFirstOrThrow();
  for (let each = 0; each < 5; each++) expect(await prove(id, otherThan(code))).toEqual({ kind: 'wrong' });
  const deps = await home.deps();
  expect((await verifyByCode(server.db, deps, holder, code)).kind).toBe('registered');
  await ask();
  const link = { token: (await home.mailed(email)).token, password: PASSWORD };
  expect(await verifyByLink(server.db, deps, link)).toEqual({ kind: 'wrong' });
  expect(await proveLink('forged')).toEqual({ kind: 'wrong' });
  expect(await reset('forged')).toEqual({ kind: 'gone' });
});

test('a password that breaks a rule costs no try', async () => {
  await home.registered(email);
  const grant = await granted();
  const refused = (...faults: string[]) => ({ kind: 'refused', faults });
  for (let each = 0; each < 4; each++) expect(await reset(grant, { password: twice('short', 'x') })).toEqual(refused('too-short', 'no-number', 'no-upper-case', 'passwords-differ')); // prettier-ignore
  expect(await reset(grant)).toEqual({ kind: 'reset' });
});

test('a wrong or missing answer is wrong, and the third in a row locks, whatever mails are asked for; the holder is told', async () => {
  await home.registered(email);
  const first = await granted();
  expect(await reset(first, { answers: WRONG })).toEqual({ kind: 'wrong' });
  expect(await reset(first, { answers: ANSWERS.slice(1) })).toEqual({ kind: 'wrong' });
  const until = new Date(home.at.getTime() + 30 * 60_000);
  expect(await reset(await granted(), { answers: WRONG })).toEqual({ kind: 'locked', until });
  expect(await reset(await granted())).toEqual({ kind: 'locked', until });
  expect((await home.subjects(email)).filter((subject) => subject === 'security questions are locked')).toHaveLength(1);
  expect((await enter(PASSWORD)).kind).toBe('signed-in');
  home.pass(30 * 60_000);
  expect(await reset(await granted())).toEqual({ kind: 'reset' });
});

test('wrong answers of before a new password count for nothing after it', async () => {
  await home.registered(email);
  const grant = await granted();
  expect([await reset(grant, { answers: WRONG }), await reset(grant, { answers: WRONG })]).toEqual([
    ...[{ kind: 'wrong' }, { kind: 'wrong' }],
  ]);
  expect(await reset(grant)).toEqual({ kind: 'reset' });
  const next = await granted();
  expect(await reset(next, { answers: WRONG })).toEqual({ kind: 'wrong' });
  expect(await reset(next, { answers: WRONG })).toEqual({ kind: 'wrong' });
});

test('one mail is good for three tries at the answers', async () => {
  await home.registered(email);
  const grant = await granted();
  for (let each = 0; each < 3; each++) await reset(grant, { answers: WRONG });
  await server.db.deleteFrom('identityGuess').execute();
  expect(await reset(grant)).toEqual({ kind: 'gone' });
});

test('who locked the address by wrong passwords signs in with the new one', async () => {
  await home.registered(email);
  for (let each = 0; each < 5; each++) await enter('Wrong-Horse-7');
  expect((await enter(PASSWORD)).kind).toBe('locked');
  expect(await reset(await granted())).toEqual({ kind: 'reset' });
  expect((await enter(NEW)).kind).toBe('signed-in');
});

test('of two that set a password with one proof, one does', async () => {
  await home.registered(email);
  const grant = await granted();
  const both = await Promise.all([reset(grant), reset(grant, { password: twice(`${NEW}9`) })]);
  expect(both.map(({ kind }) => kind).sort()).toEqual(['gone', 'reset']);
});

test('the same key asks once; an address is mailed five times an hour, and who asks is told nothing of it', async () => {
  await home.registered(email);
  home.pass(3_600_000);
  const [one, two] = await Promise.all([ask(email, `key ${email}`), ask(email, `key ${email}`)]);
  expect(one).toBe(two);
  const other = askReset(server.db, await home.deps(), { email: `x${email}`, idempotencyKey: `key ${email}` });
  expect(await other).toEqual({ kind: 'key-reused' });
  const ids = [];
  for (let each = 0; each < 6; each++) ids.push(await ask());
  expect(new Set(ids).size).toBe(6);
  expect((await home.subjects(email)).filter((subject) => subject === 'set a new password')).toHaveLength(5);
});
