import { Writable } from 'node:stream';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { acts, type Act } from '#accounts/access/acts.ts';
import {
  isEndToBeTold,
  keyMay,
  makeServiceKey,
  serviceKeyOf,
  takeServiceKeyBack,
} from '#accounts/access/service-keys.ts';
import { actsOfKeys } from '#accounts/access/table.ts';
import { cells } from '#accounts/access/testing/cells.ts';
import { DeskFeed } from './desk-feed.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import Fastify, { LogController } from 'fastify';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { problemOf } from './problem.ts';
import { questionRoutes } from './questions/routes.ts';
import * as resources from './resources.ts';
import { routes } from './routes.ts';
import { apiServer } from './server.ts';
import { serviceDoor } from './service-door.ts';

const token = 'a-token-that-nobody-guesses';
const begun = new Date('2026-05-01T17:00:00Z');
const tokenBefore = 'a-token-that-was-good-before';
let at = begun;
const now = () => at;
/** What the log was told, with its level. */
const told: object[] = [];
const by = { kind: 'command' } as const;
let database: TestDatabase;
let server: FastifyInstance;
/** A route for every act, and one that needs none of them. */
let probes: FastifyInstance;

beforeAll(async () => {
  database = await startTestDatabase();
  const { db, url } = database;
  server = apiServer({
    ...{ db, token, now, health: async () => 'ok', desk: new DeskFeed(db, url) },
    metrics: { contentType: 'text/plain', metrics: async () => '' },
  });
  const door = serviceDoor(db, { token, tokenBefore }, now);
  const log: FastifyBaseLogger = pino(
    {},
    new Writable({ write: (line, _, done) => (told.push(JSON.parse(String(line)) as object), done()) }),
  );
  const quiet = new LogController({ disableRequestLogging: true });
  probes = Fastify({ loggerInstance: log, logController: quiet });
  probes.setErrorHandler((error, _request, reply) => reply.code(problemOf(error).status).send(problemOf(error).body));
  for (const act of acts) probes.get(`/${act}`, { onRequest: door(act) }, () => ({ act }));
  probes.get('/none', { onRequest: door(undefined) }, () => ({ act: 'none' }));
});
afterAll(async () => {
  await probes.close();
  await server.close();
  await database.stop();
});

afterEach(() => {
  at = begun;
  told.length = 0;
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
  const times = { madeAt: now(), endsAt: now(), endedAt: null, toldAt: null };
  const key = { id: '', name: 'web', acts: ['refund.decide'], ...times };
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

const DAY_MS = 86_400_000;
const passDays = (days: number, ms = 0) => (at = new Date(begun.getTime() + days * DAY_MS + ms));

test('a key opens nothing from its end on, and whoever holds it is told so; another of its name takes over', async () => {
  const of = async (days: number) => {
    const made = await makeServiceKey(database.db, { now }, by, { name: 'app', acts: ['call.read'], days });
    return made.kind === 'made' ? made : expect.fail(made.faults.join());
  };
  const [short, long] = [await of(2), await of(3)];
  const status = async (key: string) => (await ask(server, '/v1/calls', key)).statusCode;
  expect([await status(short.key), await status(long.key)]).toEqual([200, 200]);
  passDays(2, -1);
  expect(await status(short.key)).toBe(200);
  passDays(2);
  const answer = await ask(server, '/v1/calls', short.key);
  expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
  expect(resources.problem.parse(answer.json())).toMatchObject({
    ...{ status: 401, type: 'urn:homeline:problem:key-ended' },
    detail: expect.stringMatching(/^This key ended on 2026-05-03\. .*npm run service-keys/) as unknown,
  });
  expect(await status(long.key)).toBe(200);
  expect((await ask(server, '/v1/calls', `${short.key}A`)).json()).toMatchObject({ type: 'about:blank' });
  await takeServiceKeyBack(database.db, { now }, by, { id: short.id });
  expect((await ask(server, '/v1/calls', short.key)).json()).toMatchObject({ type: 'about:blank' });
});

test('that a key ends soon is told once a day for the key, however often and at once it is shown', async () => {
  const make = () => makeServiceKey(database.db, { now }, by, { name: 'soon', acts: ['call.read'], days: 31 });
  const [one, two] = [await make(), await make()];
  if (one.kind !== 'made' || two.kind !== 'made') throw new Error('No key was made.');
  const show = (key: string) => ask(probes, '/call.read', key);
  await show(one.key);
  expect(told).toEqual([]);
  passDays(1);
  await Promise.all([show(one.key), show(one.key), show(one.key), show(two.key)]);
  expect(told).toHaveLength(2);
  expect(told).toContainEqual(
    expect.objectContaining({ level: 40, key: one.id, name: 'soon', endsAt: one.endsAt.toISOString() }),
  );
  passDays(2, -1);
  await show(one.key);
  expect(told).toHaveLength(2);
  passDays(2);
  await show(one.key);
  expect(told).toHaveLength(3);
  expect(JSON.stringify(told)).not.toContain('hlk_');
});

test('of two processes that saw it untold one tells', async () => {
  const made = await makeServiceKey(database.db, { now }, by, { name: 'both', acts: ['call.read'], days: 30 });
  const found = made.kind === 'made' ? await serviceKeyOf(database.db, made.key, now()) : undefined;
  if (!found) throw new Error('No key was made.');
  const tell = () => isEndToBeTold(database.db, found.key, now());
  expect([await tell(), await tell()]).toEqual([true, false]);
});

test('the token of before is good beside the new one; that it is shown is told once a day, and never what it is', async () => {
  for (const shown of [token, tokenBefore]) expect((await ask(probes, '/none', shown)).statusCode).toBe(200);
  for (const shown of [tokenBefore.slice(1), `${tokenBefore}x`, token + tokenBefore])
    expect((await ask(probes, '/none', shown)).statusCode).toBe(401);
  expect((await ask(server, '/v1/calls', tokenBefore)).statusCode).toBe(401);
  await ask(probes, '/none', tokenBefore);
  expect(told).toMatchObject([
    { level: 40, ip: '127.0.0.1', msg: expect.stringContaining('API_TOKEN_BEFORE') as unknown },
  ]);
  passDays(1);
  await ask(probes, '/none', tokenBefore);
  expect(told).toHaveLength(2);
  expect(JSON.stringify(told)).not.toContain(tokenBefore);
});

test('every route of the service’s door says which act it is', () => {
  const all = [...routes, ...questionRoutes({ questions: { now, notify: async () => undefined }, line: undefined })];
  expect(all.filter(({ act }) => act === undefined).map(({ path }) => path)).toEqual([]);
});
