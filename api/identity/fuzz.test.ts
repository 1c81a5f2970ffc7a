import type { FastifyInstance } from 'fastify';
import { sessionOf } from '#accounts/identity/sessions.ts';
import { signIn } from '#accounts/identity/sign-in.ts';
import { Home, PASSWORD } from '#accounts/identity/testing/home.ts';
import { identityOf } from '#db/identities.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, vi } from 'vitest';
import { apiServer } from '../server.ts';
import { fuzz } from '../testing/fuzz/fuzz.ts';
import { identityRoutes } from './routes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const email = 'rosa@example.com';
let database: TestDatabase;
let server: FastifyInstance;
let home: Home;
beforeAll(async () => {
  database = await startTestDatabase();
  home = new Home(database.db);
  server = apiServer({
    ...{ db: database.db, token: 'a-token-that-nobody-guesses', health: async () => 'ok' },
    ...{ metrics: { contentType: 'text/plain', metrics: async () => '' }, identity: await home.deps() },
  });
  await home.registered(email);
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

let accessToken = '';
let registrations = 0;
const free = async () => {
  await database.db.deleteFrom('rateWindow').execute();
  await database.db.deleteFrom('identityGuess').execute();
  // Of an address that registers again and again.
  await database.db.deleteFrom('mailProof').execute();
  await database.db
    .updateTable('identitySession')
    .set({ provenUntil: new Date('2100-01-01') })
    .execute();
};

/** Signed in, also after what was asked ended the session. */
async function headers(): Promise<Record<string, string>> {
  const deps = await home.deps();
  if (!(await sessionOf(database.db, deps, accessToken))) {
    if (!(await identityOf(database.db, { emailKey: email }))) await home.registered(email);
    const answer = await signIn(database.db, deps, { email, password: PASSWORD });
    if (answer.kind !== 'signed-in') throw new Error(`Nobody was signed in: ${answer.kind}`);
    ({ accessToken } = answer);
  }
  return { authorization: `Bearer ${accessToken}` };
}

fuzz(identityRoutes, async ({ door }) => {
  const holder = await home.begin(`fuzz${++registrations}@example.com`);
  const known = [email, PASSWORD, '123456', 'US', '8362', '+12135550142', 'en', '2026-01-01', holder.id];
  return { server, known, fields: { ...holder }, before: free, ...(door === 'family' && { headers }) };
});
