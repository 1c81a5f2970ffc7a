import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import type { Session } from '#db/sessions.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { changePassword } from './change-password.ts';
import type { SecretHasher } from './hasher.ts';
import { sessionOf } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { Home, PASSWORD } from './testing/home.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const NEW = 'Another-Horse-8';
let server: TestDatabase;
let home: Home;
let people = 0;
let email = '';
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(async () => {
  home = new Home(server.db);
  email = `luz${++people}@example.com`;
  await home.registered(email);
});
afterAll(() => server.stop());

const enter = async (password = PASSWORD) => signIn(server.db, await home.deps(), { email, password });
async function signedIn(): Promise<{ session: Session; lives: () => Promise<boolean> }> {
  const answer = await enter();
  if (answer.kind !== 'signed-in') throw new Error(`Nobody is signed in: ${answer.kind}`);
  const look = async () => sessionOf(server.db, await home.deps(), answer.accessToken);
  const session = await look();
  if (!session) throw new Error('The session is none.');
  return { session, lives: async () => (await look()) !== undefined };
}
const change = async (
  session: Session,
  over: { current?: string; entered?: string; again?: string } = {},
  passwords?: SecretHasher,
) => {
  // prettier-ignore
  const { current = PASSWORD, entered = NEW, again = entered } = over;
  const deps = { ...(await home.deps()), ...(passwords && { passwords }) };
  return changePassword(server.db, deps, { session, current, password: { entered, again } });
};

test('by the one they have somebody sets another; other devices are signed out, and the holder is told', async () => {
  const [mine, other] = [await signedIn(), await signedIn()];
  expect(await change(mine.session)).toEqual({ kind: 'changed' });
  expect([await mine.lives(), await other.lives()]).toEqual([true, false]);
  expect([(await enter()).kind, (await enter(NEW)).kind]).toEqual(['wrong', 'signed-in']);
  expect((await home.subjects(email)).at(-1)).toBe('your password was changed');
  expect((await home.mails(email)).at(-1)?.body).toContain('every other device');
});

test('a wrong one changes nothing, counts as a guess at sign-in, and the fifth locks both', async () => {
  const { session, lives } = await signedIn();
  const wrong = () => change(session, { current: 'Wrong-Horse-7' });
  for (let nth = 1; nth <= 4; nth++) expect(await wrong()).toEqual({ kind: 'wrong' });
  expect(await wrong()).toMatchObject({ kind: 'locked' });
  expect([await change(session), await enter()]).toMatchObject([{ kind: 'locked' }, { kind: 'locked' }]);
  expect((await home.subjects(email)).at(-1)).toBe('sign-in is locked');
  home.pass(60_000);
  expect((await enter()).kind).toBe('signed-in');
  expect(await lives()).toBe(true);
});

test('a right one ends the row of wrong ones', async () => {
  const { session } = await signedIn();
  for (let nth = 1; nth <= 4; nth++) await change(session, { current: 'Wrong-Horse-7' });
  expect(await change(session)).toEqual({ kind: 'changed' });
  for (let nth = 1; nth <= 4; nth++) expect((await enter()).kind).toBe('wrong');
});

test('what cannot be a password is told before anything is counted', async () => {
  const { session } = await signedIn();
  for (let nth = 1; nth <= 6; nth++)
    expect(await change(session, { entered: 'short', again: 'other' })).toEqual({
      ...{ kind: 'refused', faults: ['too-short', 'no-number', 'no-upper-case', 'passwords-differ'] },
    });
  expect(await change(session, { entered: 'Password1' })).toEqual({ kind: 'refused', faults: ['too-common'] });
  expect(await change(session)).toEqual({ kind: 'changed' });
});

test('of two that change it at once with the one they have, one does', async () => {
  const [mine, other] = [await signedIn(), await signedIn()];
  const { passwords } = await home.deps();
  let arrived = 0;
  let go = (): void => undefined;
  const both = new Promise<void>((resolve) => (go = resolve));
  const together: SecretHasher = {
    ...passwords,
    hash: async (secret) => {
      if (++arrived === 2) go();
      await both;
      return passwords.hash(secret);
    },
  };
  const done = await Promise.all([
    change(mine.session, {}, together),
    change(other.session, { entered: 'Third-Horse-9' }, together),
  ]);
  expect(done.map(({ kind }) => kind).sort()).toEqual(['changed', 'wrong']);
  expect([await mine.lives(), await other.lives()].filter(Boolean)).toHaveLength(1);
});
