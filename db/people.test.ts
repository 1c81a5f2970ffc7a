import { sql } from 'kysely';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { findCredentials, ha1Of } from './credentials.ts';
import { findPersonByPin, pinDigest, savePerson, saveSpokenName } from './people.ts';
import { seedDemo, type Demo } from './seed/demo.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';
import { brokenConstraint } from './unavailable.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let demo: Demo;
const options = { pinPepper: 'pepper', realm: 'homeline', now: new Date(Date.UTC(2026, 4, 1)) };
beforeAll(async () => {
  server = await startTestDatabase();
  demo = await seedDemo(server.db, options);
});
afterAll(() => server.stop());

const alex = () => findPersonByPin(server.db, 'valley-view', pinDigest('pepper', 'valley-view', '4821'));

test('a PIN finds its person in its own facility only', async () => {
  expect(await alex()).toEqual({ id: 'demo-alex', facilityId: 'valley-view', name: 'Alex Rivera', language: 'en', active: true }); // prettier-ignore
  expect(await findPersonByPin(server.db, 'rio-claro', pinDigest('pepper', 'rio-claro', '4821'))).toBeUndefined();
  expect(await findPersonByPin(server.db, 'rio-claro', pinDigest('pepper', 'valley-view', '4821'))).toBeUndefined();
});

test('the digest of a PIN depends on pepper, facility and PIN', () => {
  expect(pinDigest('pepper', 'valley-view', '4821')).toBe(
    '3cbb796003bb5ec052b3e529e0eb084624d8b9c59fafd51b86929c43b5b3e0a8',
  );
  const digests = [
    pinDigest('pepper', 'f', '4821'),
    pinDigest('other', 'f', '4821'),
    pinDigest('pepper', 'g', '4821'),
    pinDigest('pepper', 'f', '4822'),
    pinDigest('pepper', 'f4', '821'),
  ];
  expect(new Set(digests).size).toBe(5);
});

test('two people of one facility cannot have the same PIN', async () => {
  const person = { id: 'twin', facilityId: 'valley-view', name: 'T', language: 'en', active: true } as const;
  const saved = savePerson(server.db, { ...person, pinDigest: pinDigest('pepper', 'valley-view', '4821') });
  expect(await saved.catch(brokenConstraint)).toBe('person_pin');
});

test('the newest approved name is used; one that waits for review does not take its place', async () => {
  const name = { sha256: 'a'.repeat(64), seconds: 1.2 };
  const at = (second: number) => new Date(Date.UTC(2026, 4, 1, 0, 0, second));
  await saveSpokenName(server.db, 'demo-alex', { ...name, path: '/n/0', approved: false, at: at(0) });
  expect((await alex())?.spokenName).toEqual({ path: '/n/0', approved: false });
  await saveSpokenName(server.db, 'demo-alex', { ...name, path: '/n/1', approved: true, at: at(1) });
  await saveSpokenName(server.db, 'demo-alex', { ...name, path: '/n/1', approved: true, at: at(1) });
  await saveSpokenName(server.db, 'demo-alex', { ...name, path: '/n/2', approved: false, at: at(2) });
  expect((await alex())?.spokenName).toEqual({ path: '/n/1', approved: true });
  await saveSpokenName(server.db, 'demo-alex', { ...name, path: '/n/3', approved: true, at: at(3) });
  expect((await alex())?.spokenName).toEqual({ path: '/n/3', approved: true });
});

test('the demo can be seeded again and says the same', async () => {
  const count = async () =>
    (
      await sql<{ rows: number }>`select (select count(*) from station)::int + (select count(*) from credential)::int
        + (select count(*) from person)::int + (select count(*) from block)::int + (select count(*) from trunk)::int as rows`.execute(
        server.db,
      )
    ).rows[0]?.rows;
  const before = await count();
  expect(await seedDemo(server.db, { ...options, now: new Date() })).toEqual(demo);
  expect(await count()).toBe(before);
});

test('every demo phone can register with the password that is printed, and no password is stored', async () => {
  for (const { username, password } of [...demo.stations, ...demo.homePhones]) {
    const use = { at: new Date(), usedAfter: new Date() };
    const credentials = await findCredentials(server.db, username, 'homeline', use);
    expect(credentials?.ha1).toBe(ha1Of(username, 'homeline', password));
    const { rows } = await sql<{ text: string }>`select credential::text as text from credential`.execute(server.db);
    expect(rows.map((row) => row.text).join()).not.toContain(password);
  }
});

test('every demo number is one that libphonenumber takes for valid', () => {
  const numbers = [...demo.homePhones.map((home) => home.number), ...Object.values(demo.numbers)];
  expect(numbers.filter((number) => !parsePhoneNumberFromString(number)?.isValid())).toEqual([]);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('no PIN of the demo is in the database', async () => {
  const { rows } = await sql<{ digest: string }>`select pin_digest as digest from person`.execute(server.db);
  expect(rows.map((row) => row.digest).sort()).toEqual(
    demo.people.map((person) => pinDigest('pepper', person.facilityId, person.pin)).sort(),
  );
});
