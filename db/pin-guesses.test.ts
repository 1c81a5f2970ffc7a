import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openDatabase } from './connect.ts';
import { saveFacility } from './facilities.ts';
import { countPinGuess, countWrongPin, forgetPinGuesses, pinCount, type PinCount } from './pin-guesses.ts';
import { facilities } from './seed/demo-world.ts';
import { saveStation } from './stations.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
const [facility, elsewhere] = facilities;
beforeAll(async () => {
  server = await startTestDatabase();
  for (const one of [facility, elsewhere]) await saveFacility(server.db, one);
  for (const id of ['phone', 'trunk'])
    await saveStation(server.db, { id, facilityId: facility.id, name: id, active: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.db.deleteFrom('pinGuess').execute();
  await server.db.deleteFrom('wrongPinHour').execute();
});

const at = (hours: number) => new Date(Date.UTC(2026, 4, 1) + hours * 3_600_000);
const phone = { stationId: 'phone', identity: '' };
const one = (before: PinCount): PinCount => ({ ...before, guesses: before.guesses + 1, recent: before.recent + 1 });

test('fifty PINs at the same moment, over many connections of two processes, are counted as fifty, each once', async () => {
  const other = openDatabase(server.url, { max: 20, connectMs: 15_000, statementMs: 15_000 });
  try {
    const counted = await Promise.all(
      Array.from({ length: 50 }, (_, nth) => countPinGuess(nth % 2 ? server.db : other, phone, at(0), one)),
    );
    expect(counted.map(({ after }) => after.guesses).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, nth) => nth + 1),
    );
    for (const { before, after } of counted) expect(before.guesses).toBe(after.guesses - 1);
    expect(await pinCount(server.db, phone)).toMatchObject({ guesses: 50, recent: 50 });
  } finally {
    await other.destroy();
  }
});

test('what the rule makes of a count is kept whole, each phone of a trunk for itself', async () => {
  const count = { guesses: 9, recent: 3, windowBegan: at(1), level: 2, lockedUntil: at(3), lastAt: at(2) };
  const [first, second] = ['1001', '1002'].map((identity) => ({ stationId: 'trunk', identity }));
  if (!first || !second) throw new Error('two phones');
  await countPinGuess(server.db, first, at(1), () => count);
  expect(await pinCount(server.db, first)).toEqual(count);
  expect(await pinCount(server.db, second)).toBeUndefined();
  const { before } = await countPinGuess(server.db, second, at(4), one);
  expect(before).toEqual({
    ...{ guesses: 0, recent: 0, windowBegan: at(4), level: 0, lockedUntil: undefined, lastAt: at(4) },
  });
  await forgetPinGuesses(server.db, first);
  expect(await pinCount(server.db, first)).toMatchObject({ guesses: 0, recent: 0, level: 0, lockedUntil: undefined });
  expect(await pinCount(server.db, second)).toMatchObject({ guesses: 1 });
});

test('a rule that fails leaves the count as it was, and nobody waits for it', async () => {
  await countPinGuess(server.db, phone, at(0), one);
  const fault = new Error('a rule that fails');
  await expect(
    countPinGuess(server.db, phone, at(0), () => {
      throw fault;
    }),
  ).rejects.toBe(fault);
  expect((await countPinGuess(server.db, phone, at(0), one)).after.guesses).toBe(2);
});

test('phones that were not heard of for two days are forgotten', async () => {
  const entered = (identity: string, hours: number) =>
    countPinGuess(server.db, { stationId: 'trunk', identity }, at(hours), one);
  await entered('old', 0);
  await entered('younger', 1);
  await entered('new', 48.5);
  const left = await server.db.selectFrom('pinGuess').select('identity').orderBy('identity').execute();
  expect(left.map(({ identity }) => identity)).toEqual(['new', 'younger']);
});

test('wrong PINs of a facility are counted by the hour', async () => {
  const wrong = (hours: number, id: string = facility.id) => countWrongPin(server.db, id, at(hours));
  expect(await wrong(0)).toBe(1);
  expect(await wrong(0.99)).toBe(2);
  expect(await wrong(0.5, elsewhere.id)).toBe(1);
  expect(await wrong(1)).toBe(1);
  const many = await Promise.all(Array.from({ length: 20 }, () => wrong(2)));
  expect(many.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, nth) => nth + 1));
});
