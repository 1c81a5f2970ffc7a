import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { staffSessionOf } from '#accounts/staff/sessions.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { problem } from '../resources.ts';
import { apiServer } from '../server.ts';
import { fuzz } from '../testing/fuzz/fuzz.ts';
import { STAFF_COOKIE } from './cookie.ts';
import { staffRoutes } from './routes.ts';
import { sessionRoutes, signInRoute } from './sessions.ts';
import { StaffedHouse, type TestConsole } from './testing.ts';
import { viewRoutes } from './views/routes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let database: TestDatabase;
let server: FastifyInstance;
let house: StaffedHouse;
let victim = '';
let console: TestConsole;
beforeAll(async () => {
  database = await startTestDatabase();
  house = new StaffedHouse(database.db);
  server = apiServer({
    ...{ db: database.db, token: 'a-token-that-nobody-guesses', health: async () => 'ok', staff: await house.deps() },
    metrics: { contentType: 'text/plain', metrics: async () => '' },
  });
  house.server = server;
  victim = await house.hire('victim');
  ({ console } = await house.signedIn('boss', { role: 'administrator' }));
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

const free = async () => {
  await database.db.deleteFrom('rateWindow').execute();
  await database.db.deleteFrom('identityGuess').execute();
};

/** Signed in, also after what was asked ended the session. */
async function headers(): Promise<Record<string, string>> {
  const { kind } = await staffSessionOf(database.db, await house.deps(), console.token, false);
  if (kind !== 'open') await console.signIn('boss');
  return { cookie: `${STAFF_COOKIE}=${console.token}` };
}

/** What the console reads and does has a house of its own (views/). */
const own = [...staffRoutes.filter((route) => !viewRoutes.includes(route)), signInRoute];

fuzz(own, async ({ path }) => ({
  ...{ server, before: free, ...(path !== signInRoute.path && { headers }) },
  known: ['victim', 'boss', 'Correct-Horse-7', '123456', 'valley-view', 'staff', 'MQ', 'en', victim],
  fields: { id: victim },
}));

test('whatever cookie is shown but the one that was given out opens nothing, and no header makes it do so', async () => {
  await console.signIn('boss');
  const { token } = console;
  const changed = fc.oneof(
    fc.string({ unit: 'binary-ascii', maxLength: 80 }),
    fc.string({ unit: fc.constantFrom(...'abcXYZ059_-'), minLength: 43, maxLength: 43 }),
    fc
      .tuple(fc.nat(42), fc.constantFrom(...'abcXYZ059_-'))
      .map(([at, one]) => token.slice(0, at) + one + token.slice(at + 1)),
    fc.nat(43).map((length) => token.slice(0, length)),
  );
  const name = fc.constantFrom(STAFF_COOKIE, STAFF_COOKIE.toUpperCase(), ` ${STAFF_COOKIE}`, `${STAFF_COOKIE} `);
  const all = [...own, ...sessionRoutes].filter((route) => route !== signInRoute);
  const shown = fc.tuple(
    fc.constantFrom(...all),
    name,
    changed.filter((one) => one !== token),
  );
  await fc.assert(
    fc.asyncProperty(shown, async ([{ method, path }, cookie, value]) => {
      const headers = { cookie: `${cookie}=${value}`.replace(/[\r\n]/g, ''), authorization: `Bearer ${token}` };
      if (headers.cookie.includes(token)) return;
      const answer = await server.inject({ method, url: path.replace(':id', victim), headers });
      expect(problem.parse(answer.json())).toMatchObject({ status: 401 });
    }),
    { numRuns: 300 },
  );
});
