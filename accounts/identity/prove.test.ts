import type { Session } from '#db/sessions.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { SecretHasher } from './hasher.ts';
import { isProven, proveAnew, PROVEN_FOR_MS } from './prove.ts';
import { revoke, sessionOf } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { setPassword } from '#db/identities.ts';
import { Home, PASSWORD } from './testing/home.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const WRONG = 'Wrong-Horse-7';
let server: TestDatabase;
let home: Home;
let people = 0;
let email = '';
let identityId = '';
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(async () => {
  home = new Home(server.db);
  email = `ines${++people}@example.com`;
  identityId = await home.registered(email);
});
afterAll(() => server.stop());

const enter = async (password = PASSWORD) => signIn(server.db, await home.deps(), { email, password });
async function signedIn(): Promise<{ session: Session; look: () => Promise<Session | undefined> }> {
  const answer = await enter();
  if (answer.kind !== 'signed-in') throw new Error(`Nobody is signed in: ${answer.kind}`);
  const look = async () => sessionOf(server.db, await home.deps(), answer.accessToken);
  const session = await look();
  if (!session) throw new Error('The session is none.');
  return { session, look };
}
const prove = async (session: Session, password = PASSWORD, passwords?: SecretHasher) =>
  proveAnew(server.db, { ...(await home.deps()), ...(passwords && { passwords }) }, { session, password });

test('signing in proves nothing yet; the password given anew does, in that session, until its time is over', async () => {
  const [mine, other] = [await signedIn(), await signedIn()];
  expect(isProven(mine.session, home.at)).toBe(false);
  const until = new Date(home.at.getTime() + PROVEN_FOR_MS);
  expect(await prove(mine.session)).toEqual({ kind: 'proven', until });
  const [here, there] = [await mine.look(), await other.look()];
  expect(here && isProven(here, new Date(until.getTime() - 1))).toBe(true);
  expect(here && isProven(here, until)).toBe(false);
  expect(there?.provenUntil).toBe(null);
});

test('wrong ones count with those of sign-in, lock, are told to the holder, and end no session', async () => {
  const { session, look } = await signedIn();
  for (let nth = 1; nth <= 2; nth++) expect(await prove(session, WRONG)).toEqual({ kind: 'wrong' });
  for (let nth = 1; nth <= 2; nth++) expect((await enter(WRONG)).kind).toBe('wrong');
  const locked = { kind: 'locked', until: new Date(home.at.getTime() + 60_000) };
  expect(await prove(session, WRONG)).toEqual(locked);
  expect([await prove(session), await enter()]).toEqual([locked, locked]);
  expect((await home.subjects(email)).filter((subject) => subject === 'sign-in is locked')).toHaveLength(1);
  expect(await look()).toMatchObject({ endedAt: null, provenUntil: null });
  home.pass(60_000);
  expect((await prove(session)).kind).toBe('proven');
});

test('a right one ends the row of wrong ones', async () => {
  const { session } = await signedIn();
  for (let nth = 1; nth <= 4; nth++) await prove(session, WRONG);
  expect((await prove(session)).kind).toBe('proven');
  for (let nth = 1; nth <= 4; nth++) expect(await prove(session, WRONG)).toEqual({ kind: 'wrong' });
});

test('a process that dies as it looks takes no guess back', async () => {
  const { session } = await signedIn();
  const { passwords } = await home.deps();
  const dying = { ...passwords, verify: () => Promise.reject(new Error('killed')) };
  for (let nth = 1; nth <= 5; nth++) await expect(prove(session, PASSWORD, dying)).rejects.toThrow('killed');
  expect((await prove(session)).kind).toBe('locked');
});

test('the old password proves nothing once there is another, nor a session that has ended, while it is looked at', async () => {
  const { session, look } = await signedIn();
  const { passwords } = await home.deps();
  const meanwhile = (what: () => Promise<unknown>) => ({
    ...passwords,
    async verify(hash: string, secret: string) {
      const right = await passwords.verify(hash, secret);
      await what();
      return right;
    },
  });
  const another = await passwords.hash(WRONG);
  const changed = meanwhile(() => setPassword(server.db, identityId, another, home.at));
  expect(await prove(session, PASSWORD, changed)).toEqual({ kind: 'wrong' });
  expect((await look())?.provenUntil).toBe(null);
  const deps = await home.deps();
  const ended = meanwhile(() => revoke(server.db, deps, { identityId, id: session.id }));
  expect(await prove(session, WRONG, ended)).toEqual({ kind: 'over' });
});
