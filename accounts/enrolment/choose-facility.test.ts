import { closeAccount } from '#db/accounts.ts';
import { findEnrolment } from '#db/enrolments.ts';
import { saveFacility } from '#db/facilities.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { chooseFacility } from './choose-facility.ts';
import { Desk, facility } from './testing/desk.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let desk: Desk;
beforeAll(async () => {
  server = await startTestDatabase();
  desk = new Desk(server.db);
  await desk.furnish();
  await saveFacility(server.db, { ...facility, number: undefined, id: 'south', name: 'South Facility' });
});
afterAll(() => server.stop());

const refused = (reason: string) => ({ kind: 'refused', reason });
const choose = (accountId: string, facilityId = 'north', state = 'CA') =>
  chooseFacility(server.db, { accountId, state, facilityId });

test('what was opened on the phone line gets its facility on the web, once', async () => {
  const { accountId } = await desk.account({ by: { kind: 'phone-line' }, facility: undefined });
  expect(await choose(accountId, 'north', 'NV')).toEqual(refused('unknown-facility'));
  expect(await choose(accountId, 'west')).toEqual(refused('unknown-facility'));
  const chosen = { kind: 'chosen', facility: { id: 'north', name: 'North Facility', state: 'CA' } };
  expect(await choose(accountId)).toEqual(chosen);
  expect(await choose(accountId)).toEqual(chosen);
  expect(await choose(accountId, 'south')).toEqual(refused('has-facility'));
  expect((await findEnrolment(server.db, { accountId }))?.facilityId).toBe('north');
});

test('a closed account gets none, nor does one that nobody enrolled', async () => {
  const { accountId } = await desk.account({ by: { kind: 'phone-line' }, facility: undefined });
  await closeAccount(server.db, accountId, desk.at);
  expect(await choose(accountId)).toEqual(refused('account-closed'));
  expect(await choose('nobody')).toEqual(refused('unknown-account'));
});
