import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { pinCount } from '#db/pin-guesses.ts';
import { pinDigest, savePerson } from '#db/people.ts';
import { facilities } from '#db/seed/demo-world.ts';
import { saveFacility } from '#db/facilities.ts';
import type { Station } from '#db/stations.ts';
import { saveStation } from '#db/stations.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { PinCheck, type PinCheckParts } from './pin-check.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const [facility] = facilities;
const phone: Station = { id: 'phone', facilityId: facility.id, name: 'Phone', active: true, username: 'inside1' };
const trunk: Station = { id: 'trunk', facilityId: facility.id, name: 'Trunk', active: true };

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
  await saveFacility(server.db, facility);
  for (const station of [phone, trunk]) await saveStation(server.db, station);
  const person = { id: 'alex', facilityId: facility.id, name: 'Alex', language: 'en', active: true } as const;
  await savePerson(server.db, { ...person, pinDigest: pinDigest('pepper', facility.id, '4821') });
});
afterAll(() => server.stop());
beforeEach(async () => {
  seconds = 0;
  said.length = 0;
  await server.db.deleteFrom('pinGuess').execute();
  await server.db.deleteFrom('wrongPinHour').execute();
});

let seconds = 0;
/** Everything that left the check: log, metric, journal. */
const said: unknown[][] = [];
const note =
  (where: string) =>
  (...what: unknown[]): void =>
    void said.push([where, ...what]);
const spoken = (...where: string[]) => said.filter(([place]) => where.includes(String(place)));

function check(station: Station = phone, identity?: string, wrongPinsAnHour = 1_000): PinCheck {
  const clock = { now: () => new Date(Date.UTC(2026, 10, 1) + seconds * 1000) };
  const platform = {
    ...{ clock, db: server.db, log: { info: note('info'), warn: note('warn'), error: note('error') } },
    ...{ meter: { wrongPin: note('meter') }, terms: { pinPepper: 'pepper', wrongPinsAnHour } },
  };
  const record = { callId: 'c', write: note('journal') };
  return new PinCheck({ platform, record, station, facility, identity } as unknown as PinCheckParts);
}

const guess = async (times: number, on = check()) => {
  const answers: unknown[] = [];
  for (let nth = 0; nth < times; nth++) answers.push(await on.who(`99${nth}`));
  return answers;
};

test('the sixth wrong PIN locks the phone, for every call; then not even the right one is taken', async () => {
  expect(await check().locked()).toBe(false);
  expect(await guess(5)).toEqual(Array(5).fill('unknown'));
  expect(await check().locked()).toBe(false);
  expect(await guess(1)).toEqual(['locked']);
  expect(await check().locked()).toBe(true);
  expect(await check().who('4821')).toBe('locked');
  seconds = 59.9;
  expect(await check().locked()).toBe(true);
  seconds = 60;
  expect(await check().locked()).toBe(false);
  expect(await check().who('4821')).toMatchObject({ id: 'alex' });
});

test('a PIN that is wiped as soon as it was given, as its caller left, was the right one all the same', async () => {
  const pin = Buffer.from('4821');
  const found = check().who(pin);
  pin.fill(0);
  expect(await found).toMatchObject({ id: 'alex' });
});

test('a right PIN, the last possible one too, forgets the wrong ones and the locks', async () => {
  await guess(5);
  expect(await check().who('4821')).toMatchObject({ id: 'alex' });
  expect(await check().locked()).toBe(false);
  expect(await guess(5)).toEqual(Array(5).fill('unknown'));
  await guess(1);
  seconds = 60;
  await check().who('4821');
  expect(await guess(6)).toEqual([...Array<string>(5).fill('unknown'), 'locked']);
  expect(await pinCount(server.db, { stationId: 'phone', identity: '' })).toMatchObject({ guesses: 6, level: 1 });
});

test('fifty at the same moment: six are compared, and all are counted', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, (_, nth) => check().who(String(1000 + nth))));
  const count = (answer: string) => answers.filter((one) => one === answer).length;
  expect([count('unknown'), count('locked')]).toEqual([5, 45]);
  expect(await pinCount(server.db, { stationId: 'phone', identity: '' })).toMatchObject({ guesses: 50 });
  expect(spoken('meter')).toHaveLength(7);
});

test('behind a trunk, one phone locks itself and no other; what a registered phone says of itself is nothing', async () => {
  await guess(6, check(trunk, '1001'));
  expect(await check(trunk, '1001').locked()).toBe(true);
  expect(await check(trunk, '1002').locked()).toBe(false);
  expect(await check(trunk, undefined).locked()).toBe(false);
  for (let nth = 0; nth < 6; nth++) await check(phone, `other ${nth}`).who('99');
  expect(await check(phone, 'another').locked()).toBe(true);
});

test('a trunk that does not tell its phones apart is locked by sixty', async () => {
  expect(new Set(await guess(59, check(trunk)))).toEqual(new Set(['unknown']));
  expect(await guess(1, check(trunk))).toEqual(['locked']);
});

test('the log, the journal and the metric say of a lock which phone, how often and how long, and no PIN', async () => {
  await guess(6, check(trunk, '1001'));
  const about = { identity: '1001', guesses: 6, seconds: 60 };
  expect(spoken('journal')).toEqual([['journal', 'pin-locked', about]]);
  expect(spoken('warn', 'error', 'info')).toEqual([
    [
      'warn',
      { call: 'c', facility: facility.id, station: 'trunk', ...about },
      'a phone takes no PIN for a while: too many wrong ones came from it',
    ],
  ]);
  expect(spoken('meter').map(([, ...what]) => what)).toEqual([
    ...Array<unknown[]>(6).fill([facility.id, 'wrong']),
    [facility.id, 'lock'],
  ]);
  expect(JSON.stringify(said)).not.toMatch(/99\d/);
});

test('wrong PINs of many phones raise one alarm an hour for their facility; right ones take none back', async () => {
  const from = async (identity: string) => guess(1, check(trunk, identity, 4));
  const alarms = () => spoken('error').length;
  for (const identity of ['1', '2', '3']) await from(identity);
  await check(trunk, '1', 4).who('4821');
  expect(alarms()).toBe(0);
  await from('4');
  expect(alarms()).toBe(1);
  expect(spoken('error')[0]?.[1]).toEqual({ facility: facility.id, wrong: 4 });
  expect(spoken('meter').at(-1)).toEqual(['meter', facility.id, 'alarm']);
  for (const identity of ['5', '6', '7', '8']) await from(identity);
  expect(alarms()).toBe(1);
  seconds = 3600;
  for (const identity of ['5', '6', '7', '8']) await from(identity);
  expect(alarms()).toBe(2);
});

test('without the database nobody is let in', async () => {
  await server.crash();
  try {
    await expect(check().locked()).rejects.toSatisfy(isUnavailable);
    await expect(check().who('4821')).rejects.toSatisfy(isUnavailable);
  } finally {
    await server.revive();
  }
  expect(await check().who('4821')).toMatchObject({ id: 'alex' });
});
