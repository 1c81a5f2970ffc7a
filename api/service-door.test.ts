import type { FastifyInstance } from 'fastify';
import { acts, type Act } from '#accounts/access/acts.ts';
import { keyMay, makeServiceKey, takeServiceKeyBack } from '#accounts/access/service-keys.ts';
import { actsOfKeys } from '#accounts/access/table.ts';
import { cells } from '#accounts/access/testing/cells.ts';
import { DeskFeed } from './desk-feed.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemOf } from './problem.ts';
import { questionRoutes } from './questions/routes.ts';
import * as resources from './resources.ts';
import { routes } from './routes.ts';
import { apiServer } from './server.ts';
import { serviceDoor } from './service-door.ts';

const token = 'a-token-that-nobody-guesses';
const now = () => new Date('2026-05-01T17:00:00Z');
const by = { kind: 'command' } as const;
let database: TestDatabase;
let server: FastifyInstance;
/** A route for every act, and one that needs none of them. */
let probes: FastifyInstance;

beforeAll(async () => {
  database = await startTestDatabase();
  const { db, url } = database;
  server = apiServer({
    ...{ db, token, health: async () => 'ok', desk: new DeskFeed(db, url) },
    metrics: { contentType: 'text/plain', metrics: async () => '' },
  });
  const door = serviceDoor(db, token);
  probes = Fastify();
  probes.setErrorHandler((error, _request, reply) => reply.code(problemOf(error).status).send(problemOf(error).body));
  for (const act of acts) probes.get(`/${act}`, { onRequest: door(act) }, () => ({ act }));
  probes.get('/none', { onRequest: door(undefined) }, () => ({ act: 'none' }));
});
afterAll(async () => {
  await probes.close();
  await server.close();
  await database.stop();
});

async function keyFor(...given: Act[]) {
  const made = await makeServiceKey(database.db, { now }, by, { name: 'web', acts: given });
  if (made.kind !== 'made') throw new Error(`No key was made: ${made.faults.join()}`);
  return made;
}
const ask = (on: FastifyInstance, url: string, shown: string) =>
  on.inject({ url, headers: { authorization: `Bearer ${shown}` } });

test('a key does what it was given, and nothing else; the installation’s token does everything', async () => {
  for (const act of actsOfKeys) {
    const { key } = await keyFor(act);
    for (const asked of [...acts, 'none']) {
      const answer = await ask(probes, `/${asked}`, key);
      expect([act, asked, answer.statusCode]).toEqual([act, asked, asked === act ? 200 : 403]);
    }
  }
  for (const asked of [...acts, 'none']) expect((await ask(probes, `/${asked}`, token)).statusCode).toBe(200);
});

test('no key is given what is of people alone, and one that has it by other ways may not do it', async () => {
  for (const act of acts) {
    const forKeys = cells[act].split(' ').includes('service-key');
    const made = await makeServiceKey(database.db, { now }, by, { name: 'web', acts: [act] });
    expect([act, made.kind]).toEqual([act, forKeys ? 'made' : 'refused']);
  }
  const key = { id: '', name: 'web', acts: ['refund.decide'], madeAt: now(), endedAt: null };
  expect(keyMay(key, 'refund.decide')).toBe(false);
});

test('the refusal names the act', async () => {
  const { key } = await keyFor('number.read');
  const answer = await ask(server, '/v1/calls', key);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(resources.problem.parse(answer.json())).toMatchObject({
    ...{ status: 403, type: 'urn:homeline:problem:not-allowed', faults: ['call.read'] },
    detail: 'This key may not do this: call.read. Have one made that may.',
  });
  expect((await ask(server, '/v1/blocks?number=%2B12135550142', key)).statusCode).toBe(200);
  expect((await ask(server, '/v1/desk/events', key)).statusCode).toBe(403);
});

test('one that was taken back, cut, changed or made up opens nothing, nor does its digest', async () => {
  const { id, key } = await keyFor('call.read');
  expect((await ask(server, '/v1/calls', key)).statusCode).toBe(200);
  const { digest } = await database.db
    .selectFrom('serviceKey')
    .select('digest')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  for (const shown of [key.slice(0, -1), `${key}A`, key.slice(4), `hlk_${'A'.repeat(43)}`, digest, id])
    expect([shown, (await ask(server, '/v1/calls', shown)).statusCode]).toEqual([shown, 401]);
  expect(await takeServiceKeyBack(database.db, { now }, by, { id })).toBe(true);
  expect((await ask(server, '/v1/calls', key)).statusCode).toBe(401);
  expect(await takeServiceKeyBack(database.db, { now }, by, { id })).toBe(false);
});

test('every route of the service’s door says which act it is', () => {
  const all = [...routes, ...questionRoutes({ questions: { now, notify: async () => undefined }, line: undefined })];
  expect(all.filter(({ act }) => act === undefined).map(({ path }) => path)).toEqual([]);
});
