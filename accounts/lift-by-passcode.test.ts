import { randomUUID } from 'node:crypto';
import { closeAccount } from '#db/accounts.ts';
import { activeBlock, blockHistory, placeBlock } from '#db/blocks.ts';
import { lacksOf } from '#db/enrolments.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { unblock } from './blocks.ts';
import { chooseFacility } from './enrolment/choose-facility.ts';
import { Desk, facility, freshNumber } from './enrolment/testing/desk.ts';
import { PasscodeProof, PROOF_MS } from './passcode/proof.ts';
import { changeProfile } from './profile/change-profile.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let desk: Desk;
beforeAll(async () => {
  server = await startTestDatabase();
  desk = new Desk(server.db);
  await desk.furnish();
});
afterAll(() => server.stop());

const facilityId = facility.id;
const callId = randomUUID();
const later = (ms: number) => new Date(desk.at.getTime() + ms);

async function blocked(number: string) {
  await placeBlock(server.db, {
    ...{ number, scope: { facilityId }, by: { kind: 'called-party-key', callId: randomUUID() } },
    ...{ reason: 'r', at: desk.at },
  });
  return number;
}

const lift = (number: string, accountId: string, proof = new PasscodeProof(accountId, desk.at), at = desk.at) =>
  unblock(server.db, {
    ...{ number, scope: { facilityId }, by: { kind: 'phone-line', id: accountId, callId }, at },
    ...{ reason: 'on the 866 line, with the passcode', said: { accountId, proof } },
  });
const isBlocked = async (number: string) => (await activeBlock(server.db, number, { facilityId })) !== undefined;

test('a block is lifted on the line by the passcode of the account of the number; who, when and why is written down', async () => {
  const { accountId, number } = await desk.account();
  await blocked(number);
  expect((await lift(number, accountId, undefined, later(5_000))).kind).toBe('lifted');
  expect((await blockHistory(server.db, number)).map(({ lifted }) => lifted)).toEqual([
    {
      by: { kind: 'phone-line', id: accountId, callId },
      at: later(5_000),
      reason: 'on the 866 line, with the passcode',
    },
  ]);
  expect((await lift(number, accountId)).kind).toBe('not-blocked');
});

test.each<[string, (accountId: string, number: string) => ReturnType<typeof lift>]>([
  ['of another account', (id, number) => lift(number, id, new PasscodeProof('another', desk.at))],
  ['said longer ago than a call lasts', (id, number) => lift(number, id, undefined, later(PROOF_MS + 1))],
  ['that was not said', (id, number) => unblock(server.db, { number, scope: { facilityId }, by: { kind: 'phone-line', id }, reason: 'r' })], // prettier-ignore
])('it stays for a passcode %s', async (_which, attempt) => {
  const { accountId, number } = await desk.account();
  await blocked(number);
  expect((await attempt(accountId, number)).kind).toBe('not-allowed');
  expect(await isBlocked(number)).toBe(true);
});

test('it stays when the account does not answer for the number, though another open one does', async () => {
  const [mine, theirs] = [await desk.account(), await desk.account()];
  await blocked(theirs.number);
  expect((await lift(theirs.number, mine.accountId)).kind).toBe('not-allowed');
  const nobodys = await blocked(freshNumber());
  expect((await lift(nobodys, mine.accountId)).kind).toBe('not-allowed');
});

test('it stays when the account is closed, though another open one answers for the number', async () => {
  const { accountId, number } = await desk.account();
  const proof = new PasscodeProof(accountId, desk.at);
  await desk.account({ number, sharing: { kind: 'passcode', accountId, proof } });
  await closeAccount(server.db, accountId, desk.at);
  await blocked(number);
  expect((await lift(number, accountId)).kind).toBe('not-allowed');
});

test('an account that was opened on the line lifts nothing before it is finished: its number may have been forged', async () => {
  const { accountId, number } = await desk.account({ by: { kind: 'phone-line', id: callId }, facility: undefined });
  await blocked(number);
  expect(await lacksOf(server.db, accountId)).toEqual(['facility', 'name']);
  expect((await lift(number, accountId)).kind).toBe('not-allowed');

  await chooseFacility(server.db, { accountId, state: 'CA', facilityId });
  expect(await lacksOf(server.db, accountId)).toEqual(['name']);
  expect((await lift(number, accountId)).kind).toBe('not-allowed');

  const home = { addressLine1: '1 Main St', city: 'Fresno', region: 'CA', postalCode: '93650', country: 'US' };
  const edit = { nameAndAddress: { firstName: 'Maria', lastName: 'Lopez', ...home } };
  const order = { accountId, version: 1, edit, by: { kind: 'web' }, proven: true } as const;
  const changed = await changeProfile(server.db, desk.deps(), order);
  expect(changed.kind).toBe('changed');
  expect(await lacksOf(server.db, accountId)).toEqual([]);
  expect((await lift(number, accountId)).kind).toBe('lifted');
});

test('an account that was opened on the web, or before there were enrolments, lacks nothing', async () => {
  const { accountId } = await desk.account();
  expect(await lacksOf(server.db, accountId)).toEqual([]);
  expect(await lacksOf(server.db, 'nobody')).toEqual([]);
});
