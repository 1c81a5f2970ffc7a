import { Desk } from '#accounts/enrolment/testing/desk.ts';
import { checkPasscode } from '#accounts/passcode/check-passcode.ts';
import type { PasscodeHasher } from '#accounts/passcode/hasher.ts';
import { setPasscode } from '#accounts/passcode/set-passcode.ts';
import { TELL_AFTER_MS } from '#accounts/passcode/tell-lock.ts';
import { unlockPasscode } from '#accounts/passcode/unlock-passcode.ts';
import { handOver } from '#db/outbox.ts';
import { PASSCODE_LOCKED } from '#db/passcode-locks.ts';
import { passcodeHistory } from '#db/passcodes.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { LockIsFresh, sweepLocks, tellLock } from './tell-lock.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const [PASSCODE, WRONG] = ['8362', '8361'];
const by = { kind: 'phone-line', id: 'call-1' } as const;

let server: TestDatabase;
let desk: Desk;
const digest = (passcode: string) => `$argon2id$of a test$${passcode}`;
const hasher: PasscodeHasher = {
  nobody: digest('none'),
  hash: async (passcode) => digest(passcode),
  verify: async (hash, passcode) => hash === digest(passcode),
  isOld: () => false,
};
beforeAll(async () => {
  server = await startTestDatabase();
  await new Desk(server.db).furnish();
});
beforeEach(async () => {
  desk = new Desk(server.db);
  await given();
});
afterAll(() => server.stop());

/** The process dies while it looks at the guess. */
const dying = { verify: () => Promise.reject(new Error('died')) };
const guess = (accountId: string, passcode: string, how: Partial<PasscodeHasher> = {}) =>
  checkPasscode(server.db, { ...desk.deps(), hasher: { ...hasher, ...how } }, { accountId, passcode, by });
async function account(): Promise<string> {
  const { accountId } = await desk.account();
  const passcode = { entered: PASSCODE, again: PASSCODE };
  await setPasscode(server.db, { ...desk.deps(), hasher }, { accountId, passcode, by: { kind: 'web' } });
  return accountId;
}
/** Two wrong guesses, and a third that nobody lives to look at. */
async function diesAtTheThird(accountId: string, passcode = WRONG): Promise<void> {
  for (let time = 0; time < 2; time++) expect((await guess(accountId, WRONG)).kind).toBe('wrong');
  await expect(guess(accountId, passcode, dying)).rejects.toThrow('died');
}
/** The locks that were given out since. */
async function given(): Promise<string[]> {
  const ids: string[] = [];
  await handOver(server.db, [PASSCODE_LOCKED], 1_000, async (entries) => {
    for (const { payload } of entries) ids.push(String(payload['lockId']));
  });
  return ids;
}
const told = async (accountId: string) => (await desk.news(accountId)).slice(2);
const seconds = (many: number) => void (desk.at = new Date(desk.at.getTime() + many * 1_000));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const tell = (lockId: string) => tellLock({ db: server.db, log: silent, holders: desk.deps() }, { lockId });
const only = async () => {
  const [id, ...more] = await given();
  expect(more).toEqual([]);
  return id ?? expect.fail('no lock was given out');
};

test('a lock whose process died is told of by the job, once, when it is ten seconds old', async () => {
  const accountId = await account();
  await diesAtTheThird(accountId);
  const lockedAt = desk.at;
  const id = await only();
  expect(TELL_AFTER_MS).toBe(10_000);
  seconds(9);
  await expect(tell(id)).rejects.toBeInstanceOf(LockIsFresh);
  expect(await told(accountId)).toEqual([]);
  seconds(1);
  expect((await Promise.all([tell(id), tell(id), tell(id)])).sort()).toEqual(['told', 'told-before', 'told-before']);
  expect(await told(accountId)).toEqual([{ kind: 'passcode-locked', minutes: 5 }]);
  const lockedUntil = new Date(lockedAt.getTime() + 5 * 60_000);
  expect((await passcodeHistory(server.db, accountId))[0]).toEqual({ kind: 'locked', by, at: lockedAt, lockedUntil });
});

test('that the third was right does not matter when its process died: it is locked, and the holder is told', async () => {
  const accountId = await account();
  await diesAtTheThird(accountId, PASSCODE);
  const id = await only();
  seconds(10);
  expect((await guess(accountId, PASSCODE)).kind).toBe('locked');
  expect(await tell(id)).toBe('told');
  expect(await told(accountId)).toHaveLength(1);
});

test('a third that is right takes the lock back: the job tells nobody', async () => {
  const accountId = await account();
  for (let time = 0; time < 2; time++) await guess(accountId, WRONG);
  expect((await guess(accountId, PASSCODE)).kind).toBe('right');
  const id = await only();
  seconds(10);
  expect(await tell(id)).toBe('told-before');
  expect(await told(accountId)).toEqual([]);
});

test('a guess that lived tells at once, and the job does not tell again', async () => {
  const accountId = await account();
  for (let time = 0; time < 3; time++) await guess(accountId, WRONG);
  expect(await told(accountId)).toEqual([{ kind: 'passcode-locked', minutes: 5 }]);
  const id = await only();
  seconds(10);
  expect(await tell(id)).toBe('told-before');
  expect(await told(accountId)).toHaveLength(1);
});

test('a right third takes back its own lock and not one of before, which is told of still', async () => {
  const accountId = await account();
  await diesAtTheThird(accountId);
  const first = await only();
  seconds(5 * 60);
  for (let time = 0; time < 2; time++) await guess(accountId, WRONG);
  expect((await guess(accountId, PASSCODE)).kind).toBe('right');
  const second = await only();
  expect(await tell(first)).toBe('told');
  expect(await tell(second)).toBe('told-before');
  expect(await told(accountId)).toEqual([{ kind: 'passcode-locked', minutes: 5 }]);
});

test('an agent who unlocks it, or sets another, before anybody told: the lock is told first, and not later', async () => {
  const unlocked = await account();
  await diesAtTheThird(unlocked);
  const first = await only();
  await unlockPasscode(server.db, desk.deps(), { accountId: unlocked, agentId: 'a1', reason: 'called back' });
  expect((await told(unlocked)).map(({ kind }) => kind)).toEqual(['passcode-locked', 'passcode-unlocked']);
  const changed = await account();
  await diesAtTheThird(changed);
  const second = await only();
  const passcode = { entered: '7403', again: '7403' };
  const agent = { kind: 'agent', id: 'a1' } as const;
  await setPasscode(server.db, { ...desk.deps(), hasher }, { accountId: changed, passcode, by: agent });
  expect((await told(changed)).map(({ kind }) => kind)).toEqual(['passcode-locked', 'passcode-changed']);
  seconds(10);
  expect([await tell(first), await tell(second)]).toEqual(['told-before', 'told-before']);
});

test('a lock whose job was lost is given out again, until somebody has told of it', async () => {
  const accountId = await account();
  await diesAtTheThird(accountId);
  const id = await only();
  const before = desk.at;
  expect([await sweepLocks(server.db, new Date(before.getTime() - 1)), await given()]).toEqual([0, []]);
  expect([await sweepLocks(server.db, before), await given()]).toEqual([1, [id]]);
  seconds(10);
  await tell(id);
  expect(await sweepLocks(server.db, before)).toBe(0);
});
