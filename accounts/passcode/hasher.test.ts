import argon2 from 'argon2';
import { passcodeOf, putPasscode } from '#db/passcodes.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Desk } from '../enrolment/testing/desk.ts';
import { checkPasscode } from './check-passcode.ts';
import { argonHasher, type PasscodeHasher } from './hasher.ts';
import { noGuesses } from './lock.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PASSCODE = '8362';
const PIN_PEPPER = 'the pepper of the PINs';
let server: TestDatabase;
let desk: Desk;
let hasher: PasscodeHasher;
/** As digests were made when the PINs' pepper served both. */
const madeBefore = () =>
  argon2.hash(PASSCODE, {
    ...{ type: argon2.argon2id, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1, secret: Buffer.from(PIN_PEPPER) },
  });
beforeAll(async () => {
  server = await startTestDatabase();
  desk = new Desk(server.db);
  await desk.furnish();
  hasher = await argonHasher('the pepper of the passcodes', PIN_PEPPER);
});
afterAll(() => server.stop());

const guess = (accountId: string, passcode = PASSCODE, by = hasher) =>
  checkPasscode(server.db, { ...desk.deps(), hasher: by }, { accountId, passcode, by: { kind: 'phone-line' } });
const hashOf = async (accountId: string) => (await passcodeOf(server.db, accountId))?.hash ?? '';

async function oldAccount(): Promise<string> {
  const { accountId } = await desk.account();
  await putPasscode(server.db, accountId, { hash: await madeBefore(), guesses: noGuesses });
  return accountId;
}

test('what is made now is under its own pepper alone', async () => {
  const made = await hasher.hash(PASSCODE);
  expect(hasher.isOld(made)).toBe(false);
  expect(await hasher.verify(made, PASSCODE)).toBe(true);
  expect(await hasher.verify(made, '8361')).toBe(false);
  expect(await argon2.verify(made, PASSCODE, { secret: Buffer.from('the pepper of the passcodes') })).toBe(true);
  expect(await argon2.verify(made, PASSCODE, { secret: Buffer.from(PIN_PEPPER) })).toBe(false);
  const otherPins = await argonHasher('the pepper of the passcodes', 'another pepper of PINs');
  expect(await otherPins.verify(made, PASSCODE)).toBe(true);
});

test('a digest made under the PINs’ pepper is known as one, and still good', async () => {
  const old = await madeBefore();
  expect(hasher.isOld(old)).toBe(true);
  expect(await hasher.verify(old, PASSCODE)).toBe(true);
  expect(await hasher.verify(old, '8361')).toBe(false);
  expect(hasher.isOld(hasher.nobody)).toBe(false);
  await expect(argonHasher('own', '')).rejects.toThrow('pepper');
});

test('the passcode moves under its own pepper when it is said, and not when a wrong one is', async () => {
  const accountId = await oldAccount();
  const old = await hashOf(accountId);
  expect((await guess(accountId, '8361')).kind).toBe('wrong');
  expect(await hashOf(accountId)).toBe(old);
  expect((await guess(accountId)).kind).toBe('right');
  const moved = await hashOf(accountId);
  expect(hasher.isOld(moved)).toBe(false);
  expect((await guess(accountId)).kind).toBe('right');
  expect(await hashOf(accountId)).toBe(moved);
  const forgotPins = await argonHasher('the pepper of the passcodes', 'PINs have another pepper by now');
  expect((await guess(accountId, PASSCODE, forgotPins)).kind).toBe('right');
});

test('said twice at once it is right twice, and moves once', async () => {
  const accountId = await oldAccount();
  let looked = 0;
  let both = (): void => undefined;
  const together = new Promise<void>((resolve) => (both = resolve));
  const meeting: PasscodeHasher = {
    ...hasher,
    // Both have seen the old digest before either goes on.
    hash: async (passcode) => {
      if (++looked === 2) both();
      await together;
      return hasher.hash(passcode);
    },
  };
  const [one, two] = await Promise.all([guess(accountId, PASSCODE, meeting), guess(accountId, PASSCODE, meeting)]);
  expect([one.kind, two.kind]).toEqual(['right', 'right']);
  expect(looked).toBe(2);
  expect(hasher.isOld(await hashOf(accountId))).toBe(false);
});
