import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { Home } from '#accounts/identity/testing/home.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repeatingOf, type RepeatingBench } from './repeating.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

test('registrations whose time is over are forgotten as the rounds go', async () => {
  const home = new Home(server.db);
  await home.begin('rosa@example.com');
  // Of all that the rounds need, this one needs a database and a clock.
  const bench = { db: server.db, now: () => home.at } as RepeatingBench;
  const round = repeatingOf(bench).find(({ name }) => name === 'identities');
  const left = async () => (await server.db.selectFrom('signUp').select('id').execute()).length;
  await round?.work();
  expect(await left()).toBe(1);
  home.pass(24 * 3_600_000);
  await round?.work();
  expect(await left()).toBe(0);
});
