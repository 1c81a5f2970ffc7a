import { sql } from 'kysely';
import { identityOf, setPassword } from '#db/identities.ts';
import { forgetIdentityLeavings } from '#db/forget-identities.ts';
import { countInWindow } from '#db/rate-windows.ts';
import { openSessions } from '#db/sessions.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { SecretHasher } from './hasher.ts';
import { ACCESS_MS, refresh, REFRESH_MS, revoke, SESSION_MS, sessionOf, signOut } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { Home, PASSWORD } from './testing/home.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const WRONG = 'Wrong-Horse-7';
const MINUTE = 60_000;
let server: TestDatabase;
let home: Home;
let people = 0;
let email = '';
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  home = new Home(server.db);
  email = `maria${++people}@example.com`;
});
afterAll(() => server.stop());

const enter = async (
  password: string,
  { as = email, device, passwords }: { as?: string; device?: string; passwords?: SecretHasher } = {},
) => {
  const deps = await home.deps();
  return signIn(server.db, { ...deps, ...(passwords && { passwords }) }, { email: as, password, device });
};
async function signedIn(device?: string) {
  const answer = await enter(PASSWORD, device === undefined ? {} : { device });
  if (answer.kind !== 'signed-in') throw new Error(`Nobody is signed in: ${answer.kind}`);
  return answer;
}
const lives = async (token: string) => (await sessionOf(server.db, await home.deps(), token)) !== undefined;
const again = async (token: string) => refresh(server.db, await home.deps(), token);

test('who registered signs in, with the address in any case; before its proof nobody does', async () => {
  await home.submitted(email);
  expect(await enter(PASSWORD)).toEqual({ kind: 'wrong' });
  const other = `other-${email}`;
  const id = await home.registered(other);
  const answer = await enter(PASSWORD, { as: ` ${other.toUpperCase()}`, device: ' Rosa’s phone ' });
  expect(answer).toMatchObject({ kind: 'signed-in', identity: { id } });
  if (answer.kind !== 'signed-in') return;
  expect(await lives(answer.accessToken)).toBe(true);
  expect(await lives(answer.refreshToken)).toBe(false);
  expect((await openSessions(server.db, id, home.at)).map(({ device }) => device)).toEqual(['Rosa’s phone']);
});

test('five wrong ones in a row lock an address, for longer each time, and its holder is told; a right one ends the row', async () => {
  await home.registered(email);
  const kinds = async (times: number) => {
    const all: string[] = [];
    for (let each = 0; each < times; each++) all.push((await enter(WRONG)).kind);
    return all.join(' ');
  };
  expect(await kinds(4)).toBe('wrong wrong wrong wrong');
  expect((await enter(PASSWORD)).kind).toBe('signed-in');
  expect(await kinds(4)).toBe('wrong wrong wrong wrong');
  for (const minutes of [1, 5, 30, 120, 1440, 1440]) {
    const last = await enter(WRONG);
    expect(last).toEqual({ kind: 'locked', until: new Date(home.at.getTime() + minutes * MINUTE) });
    home.pass(minutes * MINUTE - 1);
    expect(await enter(PASSWORD)).toEqual(last);
    home.pass(1);
    expect(await kinds(4)).toBe('wrong wrong wrong wrong');
  }
  expect((await home.subjects(email)).filter((subject) => subject === 'sign-in is locked')).toHaveLength(6);
  expect((await enter(PASSWORD)).kind).toBe('signed-in');
  await kinds(4);
  expect(await enter(WRONG)).toEqual({ kind: 'locked', until: new Date(home.at.getTime() + MINUTE) });
});

test('an address that nobody has is answered alike, locked alike, after the same work, and mailed nothing', async () => {
  await home.registered(email);
  const [nobody, looked] = [`nobody-${email}`, [] as string[]];
  const { passwords } = await home.deps();
  const verify = (hash: string, secret: string) => (looked.push(hash), passwords.verify(hash, secret));
  for (const as of [email, nobody]) {
    const answers = [];
    for (let each = 0; each < 6; each++) answers.push(await enter(WRONG, { as, passwords: { ...passwords, verify } }));
    expect(answers.map(({ kind }) => kind)).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'locked', 'locked']);
  }
  expect(looked).toHaveLength(10);
  expect(looked.slice(5)).toEqual(Array<string>(5).fill(passwords.nobody));
  expect([await home.mails(nobody), await home.mails('nobody')]).toEqual([[], []]);
  expect((await enter(WRONG, { as: 'no address' })).kind).toBe('wrong');
});

test('however many guess at once, five are looked at', async () => {
  await home.registered(email);
  const answers = await Promise.all(Array.from({ length: 12 }, () => enter(WRONG)));
  expect(answers.filter(({ kind }) => kind === 'wrong')).toHaveLength(4);
  expect((await enter(PASSWORD)).kind).toBe('locked');
});

test('a process that dies as it looks takes no guess back', async () => {
  await home.registered(email);
  const { passwords } = await home.deps();
  const dying = { ...passwords, verify: () => Promise.reject(new Error('killed')) };
  for (let each = 0; each < 5; each++) await expect(enter(PASSWORD, { passwords: dying })).rejects.toThrow('killed');
  expect((await enter(PASSWORD)).kind).toBe('locked');
});

test('whose password is changed while it is looked at is not signed in by the old one', async () => {
  const id = await home.registered(email);
  const { passwords } = await home.deps();
  const verify = async (hash: string, secret: string) => {
    const right = await passwords.verify(hash, secret);
    await setPassword(server.db, id, await passwords.hash(WRONG), home.at);
    return right;
  };
  expect(await enter(PASSWORD, { passwords: { ...passwords, verify } })).toEqual({ kind: 'wrong' });
  expect(await openSessions(server.db, id, home.at)).toEqual([]);
  expect((await enter(WRONG)).kind).toBe('signed-in');
});

test('a device is called what its holder wrote, without what cannot be kept', async () => {
  const id = await home.registered(email);
  await signedIn('Ana\0’s\u202e phone');
  await signedIn('\0');
  const devices = (await openSessions(server.db, id, home.at)).map(({ device }) => device);
  expect(devices.sort()).toEqual(['Ana ’s  phone', null]);
});

test('an access token is good for ten minutes; a refresh token is taken for a new pair', async () => {
  await home.registered(email);
  const first = await signedIn();
  home.pass(ACCESS_MS - 1);
  expect(await lives(first.accessToken)).toBe(true);
  home.pass(1);
  expect(await lives(first.accessToken)).toBe(false);
  const second = await again(first.refreshToken);
  if (second.kind !== 'refreshed') throw new Error('It is not refreshed.');
  expect(await lives(second.accessToken)).toBe(true);
  expect(second.refreshToken).not.toBe(first.refreshToken);
  for (const forged of ['', 'x', `${second.refreshToken}x`, second.accessToken])
    expect((await again(forged)).kind).toBe('refused');
  expect(await lives(second.accessToken)).toBe(true);
});

test('a refresh token used twice ends its session for both, and its holder is told; other sessions go on', async () => {
  const id = await home.registered(email);
  const [stolen, other] = [await signedIn(), await signedIn()];
  const thief = await again(stolen.refreshToken);
  if (thief.kind !== 'refreshed') throw new Error('It is not refreshed.');
  expect(await again(stolen.refreshToken)).toEqual({ kind: 'refused' });
  expect(await lives(thief.accessToken)).toBe(false);
  expect(await again(thief.refreshToken)).toEqual({ kind: 'refused' });
  expect(await lives(other.accessToken)).toBe(true);
  expect((await openSessions(server.db, id, home.at)).map((session) => session.id)).toEqual([other.sessionId]);
  expect((await home.subjects(email)).filter((subject) => subject === 'a device was signed out')).toHaveLength(1);
});

test('of two that refresh at once one is given a pair, and the session ends', async () => {
  await home.registered(email);
  const { refreshToken, sessionId } = await signedIn();
  const waiting = async () => {
    const { rows } = await sql<{ n: string }>`
      select count(*) as n from pg_stat_activity where wait_event_type = 'Lock'`.execute(server.db);
    return Number(rows[0]?.n);
  };
  // Both have come as far as they can before either goes on.
  const answers = await server.db.transaction().execute(async (trx) => {
    await trx.selectFrom('identitySession').select('id').where('id', '=', sessionId).forUpdate().execute();
    const both = [again(refreshToken), again(refreshToken)];
    await expect.poll(waiting).toBe(2);
    return both;
  });
  const [one, two] = await Promise.all(answers);
  expect([one?.kind, two?.kind].sort()).toEqual(['refreshed', 'refused']);
  for (const answer of [one, two])
    if (answer?.kind === 'refreshed') expect(await lives(answer.accessToken)).toBe(false);
});

test('a refresh token is good for thirty days, a session for ninety', async () => {
  await home.registered(email);
  const idle = await signedIn();
  let { refreshToken } = await signedIn();
  const days = async (ms: number) => {
    home.pass(ms);
    const answer = await again(refreshToken);
    if (answer.kind === 'refreshed') ({ refreshToken } = answer);
    return answer;
  };
  expect((await days(REFRESH_MS - 1)).kind).toBe('refreshed');
  home.pass(1);
  expect(await again(idle.refreshToken)).toEqual({ kind: 'refused' });
  expect((await days(REFRESH_MS - 2)).kind).toBe('refreshed');
  const end = new Date(home.at.getTime() + SESSION_MS - 2 * REFRESH_MS + 2);
  expect(await days(REFRESH_MS - ACCESS_MS / 2)).toMatchObject({ accessExpiresAt: end, refreshExpiresAt: end });
  expect(await days(ACCESS_MS / 2 + 2)).toEqual({ kind: 'refused' });
});

test('signing out ends one session; revoking ends one’s own alone', async () => {
  const id = await home.registered(email);
  const deps = await home.deps();
  const [one, two, three] = [await signedIn(), await signedIn(), await signedIn()];
  const session = await sessionOf(server.db, deps, one.accessToken);
  if (!session) throw new Error('There is no session.');
  expect(await signOut(server.db, deps, session)).toBe(1);
  expect(await signOut(server.db, deps, session)).toBe(0);
  expect(await again(one.refreshToken)).toEqual({ kind: 'refused' });
  const stranger = await home.registered(`stranger-${email}`);
  expect(await revoke(server.db, deps, { identityId: stranger, id: two.sessionId })).toBe(0);
  expect(await lives(two.accessToken)).toBe(true);
  expect(await revoke(server.db, deps, { identityId: id, id: two.sessionId })).toBe(1);
  expect([await lives(two.accessToken), await lives(three.accessToken)]).toEqual([false, true]);
  expect(await revoke(server.db, deps, { identityId: id })).toBe(1);
  expect(await openSessions(server.db, id, home.at)).toEqual([]);
});

test('what is over is forgotten; a used refresh token stays while its session lives', async () => {
  // After all that the other tests have done.
  home.pass(365 * 24 * 3_600_000);
  await home.registered(email);
  const { refreshToken, sessionId } = await signedIn();
  await home.submitted(`late-${email}`);
  const next = await again(refreshToken);
  if (next.kind !== 'refreshed') throw new Error('It is not refreshed.');
  home.pass(25 * 3_600_000);
  await forgetIdentityLeavings(server.db, home.at);
  const left = async (table: 'signUp' | 'accessToken' | 'mailProof') =>
    (
      await server.db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<string>().as('n'))
        .executeTakeFirst()
    )?.n;
  expect([await left('signUp'), await left('accessToken'), await left('mailProof')]).toEqual(['0', '0', '0']);
  expect(await identityOf(server.db, { emailKey: email })).toBeDefined();
  expect((await again(refreshToken)).kind).toBe('refused');
  expect((await again(next.refreshToken)).kind).toBe('refused');
  const mine = server.db.selectFrom('identitySession').select('endedAs').where('id', '=', sessionId);
  expect(await mine.execute()).toEqual([{ endedAs: 'replayed' }]);
  const asking = { act: 'ask', subject: home.keys.subject('ask', email), windowMs: 3_600_000 };
  await countInWindow(server.db, asking, home.at);
  home.pass(3_599_999);
  await forgetIdentityLeavings(server.db, home.at);
  expect((await countInWindow(server.db, asking, home.at)).counted).toBe(2);
  const guesses = async () => (await server.db.selectFrom('identityGuess').select('kind').execute()).length;
  expect(await guesses()).toBeGreaterThan(0);
  home.pass(31 * 24 * 3_600_000);
  await forgetIdentityLeavings(server.db, home.at);
  expect(await mine.execute()).toEqual([]);
  expect(await guesses()).toBe(0);
  expect(await server.db.selectFrom('rateWindow').select('act').execute()).toEqual([]);
});
