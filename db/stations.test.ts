import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { findCredentials, ha1Of, saveCredentials } from './credentials.ts';
import { findFacility, listFacilities, saveFacility, type Facility } from './facilities.ts';
import { findStation, findStationByTrunk, saveStation, saveTrunk } from './stations.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';
import { brokenConstraint } from './unavailable.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const facility: Facility = {
  id: 'f1',
  name: 'North',
  agency: 'A',
  timeZone: 'America/Los_Angeles',
  defaultLanguage: 'es',
  callingHours: { mon: [{ from: '07:00', to: '12:00' }, { from: '13:00', to: '24:00' }], sun: [] }, // prettier-ignore
  talkLimitSeconds: 900,
  offerKeys: { accept: '1', refuse: '2', block: '9', language: '*' },
  velocity: { attemptsPerPersonPerHour: 5, attemptsPerNumberPerDay: 3 },
  recordNames: 'reviewed',
  active: true,
};

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
  const { db } = server;
  await saveFacility(db, facility);
  await saveStation(db, { id: 's1', facilityId: 'f1', name: 'Phone 1', active: true });
  await saveStation(db, { id: 's2', facilityId: 'f1', name: 'Trunk', active: false });
  await saveStation(db, { id: 's3', facilityId: 'f1', name: 'Other trunk', active: true });
});
afterAll(() => server.stop());

const broken = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: unknown) => brokenConstraint(error) ?? error,
  );

test('a facility comes back as it was saved, and saving again changes it', async () => {
  expect(await findFacility(server.db, 'f1')).toEqual(facility);
  await saveFacility(server.db, { ...facility, talkLimitSeconds: 1200 });
  expect((await findFacility(server.db, 'f1'))?.talkLimitSeconds).toBe(1200);
  await saveFacility(server.db, facility);
  expect((await listFacilities(server.db)).map(({ id }) => id)).toEqual(['f1']);
});

test.each([
  ['keys that are not distinct', { offerKeys: { ...facility.offerKeys, block: '1' } }, 'offer_keys_distinct'],
  ['a key of two characters', { offerKeys: { ...facility.offerKeys, accept: '12' } }, 'dtmf_check'],
  ['a day that does not exist', { callingHours: { mo: [] } }, 'facility_calling_hours_check'],
  ['hours that end before they begin', { callingHours: { mon: [{ from: '10:00', to: '09:00' }] } }, 'facility_calling_hours_check'], // prettier-ignore
  ['an hour that does not exist', { callingHours: { mon: [{ from: '10:00', to: '24:30' }] } }, 'facility_calling_hours_check'], // prettier-ignore
  ['hours without an end', { callingHours: { mon: [{ from: '10:00' }] } }, 'facility_calling_hours_check'],
  ['hours that are no list', { callingHours: { mon: 'always' } }, 'facility_calling_hours_check'],
  ['a talk limit of nothing', { talkLimitSeconds: 0 }, 'facility_talk_limit_seconds_check'],
  ['an unknown language', { defaultLanguage: 'fr' }, 'language_check'],
])('the database refuses %s', async (_, change, constraint) => {
  expect(await broken(saveFacility(server.db, { ...facility, ...change } as Facility))).toBe(constraint);
});

test('the database refuses a time zone that does not exist', async () => {
  const failure = await broken(saveFacility(server.db, { ...facility, timeZone: 'America/Nowhere' }));
  expect(failure).toMatchObject({ code: '22023' });
});

test('a trunk is known by its address; one that also names the port wins', async () => {
  await saveTrunk(server.db, { address: '10.1.2.3', stationId: 's2' });
  await saveTrunk(server.db, { address: '10.1.2.3', port: 5070, stationId: 's3' });
  await saveTrunk(server.db, { address: '10.1.2.3', port: 5070, stationId: 's3' });
  const from = async (address: string, port: number) =>
    (await findStationByTrunk(server.db, { address, port }))?.station;
  expect(await from('10.1.2.3', 5070)).toEqual({ id: 's3', facilityId: 'f1', name: 'Other trunk', active: true });
  expect(await from('10.1.2.3', 5060)).toEqual({ id: 's2', facilityId: 'f1', name: 'Trunk', active: false });
  expect(await from('10.1.2.4', 5070)).toBeUndefined();
  await saveTrunk(server.db, { address: '2001:db8::1', stationId: 's2' });
  expect((await from('2001:DB8:0::1', 1))?.id).toBe('s2');
});

test('a registered phone is a station of its facility, or the home phone of a number', async () => {
  const { db } = server;
  const ha1 = ha1Of('inside1', 'homeline', 'password');
  await saveCredentials(db, { username: 'inside1', realm: 'homeline', ha1, stationId: 's1' });
  await saveCredentials(db, { username: 'home1', realm: 'homeline', ha1, number: '+12135550142' });
  const use = { at: new Date(), usedAfter: new Date() };
  expect(await findCredentials(db, 'inside1', 'homeline', use)).toEqual({ username: 'inside1', realm: 'homeline', ha1, stationId: 's1' }); // prettier-ignore
  expect((await findCredentials(db, 'home1', 'homeline', use))?.number).toBe('+12135550142');
  expect(await findCredentials(db, 'inside1', 'elsewhere', use)).toBeUndefined();
  expect((await findStation(db, 's1'))?.station.username).toBe('inside1');
  expect((await findStation(db, 's1'))?.facility).toEqual(facility);
  const both = saveCredentials(db, { username: 'x', realm: 'y', ha1, stationId: 's1', number: '+12135550142' });
  expect(await broken(both)).toBe('credential_of_one');
});

test('HA1 is the MD5 of RFC 2617 §3.5', () => {
  expect(ha1Of('Mufasa', 'testrealm@host.com', 'Circle Of Life')).toBe('939e7578ed9e3c518a452acee763bce9');
});
