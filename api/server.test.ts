import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeServiceKey } from '#accounts/access/service-keys.ts';
import { blockByKey } from '#accounts/blocks.ts';
import { appendEvents, closeCall, openCall } from '#db/calls.ts';
import { intendRecording } from '#db/recordings.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { deskEventStream } from './desk-events.ts';
import * as resources from './resources.ts';
import { routes } from './routes.ts';
import { apiServer } from './server.ts';

const token = 'a-token-that-nobody-guesses';
const number = '+12135550142';
const facilityId = 'valley-view';
const noon = new Date('2026-03-01T20:00:00Z');
const callId = randomUUID();
let database: TestDatabase;
let server: FastifyInstance;

beforeAll(async () => {
  database = await startTestDatabase();
  const { db } = database;
  await seedDemo(db, { pinPepper: 'pepper', realm: 'homeline', now: noon });
  await openCall(db, { id: callId, facilityId, node: 'ivr-1', callerLeg: { sipCallId: 'one' }, offHookAt: noon });
  await appendEvents(db, [{ callId, seq: 0, at: noon, kind: 'entry', data: { leg: 'inside', digits: '(secret)' } }]);
  const spool = { id: callId, callId, spoolPath: '/spool/one.wav', channels: 2, at: noon };
  await intendRecording(db, spool);
  const states = { offHook: noon, done: noon };
  await closeCall(db, callId, { disposition: 'busy', endedBy: 'outside', q850: 17, cause: 'BYE', number, states });
  server = apiServer({
    db,
    token,
    health: async () => 'ok',
    metrics: { contentType: 'text/plain', metrics: async () => 'homeline_up 1\n' },
  });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: InjectOptions['payload']) =>
  server.inject({
    method,
    url,
    headers: { authorization: `Bearer ${token}` },
    ...(payload === undefined ? {} : { payload }),
  });

const problemOf = (response: { statusCode: number; headers: Record<string, unknown>; json(): unknown }) => {
  expect(response.headers['content-type']).toBe('application/problem+json');
  const problem = resources.problem.parse(response.json());
  expect(problem.status).toBe(response.statusCode);
  return [problem.status, problem.detail];
};

describe('calls', () => {
  test('the newest are listed, and filtered by number', async () => {
    const { statusCode, json } = await ask('GET', '/v1/calls?limit=5');
    expect(statusCode).toBe(200);
    expect(routes[0]?.answers[200]?.parse(json())).toMatchObject({ calls: [{ id: callId, number, q850: 17 }] });
    const others = await ask('GET', `/v1/calls?number=${encodeURIComponent('+12135550143')}`);
    expect(others.json()).toEqual({ calls: [] });
  });

  test('one is told with its journal and its recording', async () => {
    const report = resources.callReport.parse((await ask('GET', `/v1/calls/${callId}`)).json());
    expect(report.call).toMatchObject({ disposition: 'busy', states: { offHook: noon.toISOString() } });
    expect(report.events).toMatchObject([{ seq: 0, kind: 'entry', data: { digits: '(secret)' } }]);
    expect(report.recording).toMatchObject({ callId, channels: 2, spoolPath: '/spool/one.wav' });
  });

  test('one that is not there, and one that cannot be, are problems', async () => {
    const absent = randomUUID();
    expect(problemOf(await ask('GET', `/v1/calls/${absent}`))).toEqual([404, `There is no call ${absent}.`]);
    expect(problemOf(await ask('GET', '/v1/calls/1'))[0]).toBe(400);
    const [status, detail] = problemOf(await ask('GET', '/v1/calls?limit=0&since=now'));
    expect(status).toBe(400);
    expect(detail).toMatch(/^query\.limit: .*; query: .*since/);
  });
});

describe('blocks', () => {
  const asked = { number: '+12135550144', facilityId, agent: 'ada', reason: 'asked by letter' };
  const where = (block: typeof asked) => `/v1/blocks?${new URLSearchParams(block).toString()}`;
  const history = async () => {
    const answer = await ask('GET', `/v1/blocks?number=${encodeURIComponent(asked.number)}`);
    return answer.json<{ blocks: unknown[] }>().blocks.map((block) => resources.block.parse(block));
  };

  test('one is placed once, lifted once, and stays as history', async () => {
    const first = await ask('POST', '/v1/blocks', asked);
    expect([first.statusCode, first.json()]).toEqual([201, { result: 'placed' }]);
    const again = await ask('POST', '/v1/blocks', asked);
    expect([again.statusCode, again.json()]).toEqual([200, { result: 'already-blocked' }]);
    const lifted = await ask('DELETE', where({ ...asked, reason: 'verified by call-back' }));
    expect([lifted.statusCode, lifted.json()]).toEqual([200, { result: 'lifted' }]);
    expect(problemOf(await ask('DELETE', where(asked)))).toEqual([404, 'There is no such block.']);
    expect(await history()).toMatchObject([
      {
        scope: { facilityId },
        placed: { by: { kind: 'agent', id: 'ada' }, reason: 'asked by letter' },
        lifted: { by: { kind: 'agent', id: 'ada' }, reason: 'verified by call-back' },
      },
    ]);
  });

  test('an agent lifts what a called party blocked by key', async () => {
    await blockByKey(database.db, { number: asked.number, facilityId, callId });
    expect((await ask('DELETE', where(asked))).statusCode).toBe(200);
    expect((await history())[0]?.placed.by).toEqual({ kind: 'called-party-key', callId });
  });

  test('without a facility it is for all', async () => {
    const everywhere = { number: asked.number, agent: 'ada', reason: 'asked by letter' };
    expect((await ask('POST', '/v1/blocks', everywhere)).statusCode).toBe(201);
    expect((await history())[0]?.scope).toBe('all');
  });

  test('a wrong number, an unknown facility and no JSON are problems', async () => {
    expect(problemOf(await ask('POST', '/v1/blocks', { ...asked, number: '911' }))).toEqual([
      400,
      'body.number: is no E.164 number, such as +12135550142',
    ]);
    expect(problemOf(await ask('POST', '/v1/blocks', { ...asked, facilityId: 'nowhere' }))[0]).toBe(404);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const broken = await server.inject({ method: 'POST', url: '/v1/blocks', headers, payload: '{' });
    expect(problemOf(broken)[0]).toBe(400);
  });
});

describe('the door', () => {
  test('no token, a wrong one, and one that begins alike are refused, with the same words', async () => {
    for (const authorization of [undefined, 'Bearer x', `Bearer ${token.slice(0, -1)}`, `Basic ${token}`]) {
      const headers = authorization === undefined ? {} : { authorization };
      const response = await server.inject({ url: '/v1/calls', headers });
      expect(problemOf(response)).toEqual([401, 'A bearer token is needed.']);
      expect(response.headers['www-authenticate']).toBe('Bearer realm="homeline"');
    }
  });

  test('the log is told who was refused what, and never what they showed; every answer is counted', async () => {
    const [lines, statuses]: [string[], number[]] = [[], []];
    const log = pino({}, new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) }));
    const logged = apiServer({
      ...{ db: database.db, token, now: () => noon, health: async () => 'ok', log },
      answered: (status) => void statuses.push(status),
      metrics: { contentType: 'text/plain', metrics: async () => '' },
    });
    const url = `/v1/calls/${callId}?secret=shown`;
    await logged.inject({ url, headers: { authorization: 'Bearer a-token-that-somebody-guessed' } });
    const made = await makeServiceKey(
      database.db,
      { now: () => noon },
      { kind: 'command' },
      { name: 'web', acts: ['block.place'] },
    );
    if (made.kind !== 'made') throw new Error('No key was made.');
    await logged.inject({ url: '/v1/calls', headers: { authorization: `Bearer ${made.key}` } });
    await logged.inject({ url: '/v1/calls', headers: { authorization: `Bearer ${token}` } });
    await logged.inject({ url: '/v1/calls?limit=0', headers: { authorization: `Bearer ${token}` } });
    await logged.close();
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { msg: 'a request was refused', method: 'GET', route: '/v1/calls/:id', ip: '127.0.0.1', status: 401 },
      { msg: 'a request was refused', route: '/v1/calls', status: 403, faults: ['call.read'] },
    ]);
    expect(lines.join()).not.toMatch(/guessed|shown/);
    expect(lines.join()).not.toContain(made.key);
    expect(lines.join()).not.toContain(callId);
    expect(statuses).toEqual([401, 403, 200, 400]);
  });

  test('methods that nothing takes are no way in', async () => {
    const headers = { authorization: `Bearer ${token}` };
    for (const method of ['PUT', 'PATCH', 'HEAD', 'OPTIONS'] as const) {
      const { statusCode } = await server.inject({ method, url: '/v1/blocks', headers });
      // HEAD is GET without its body (RFC 9110 §9.3.2).
      expect([method, statusCode]).toEqual([method, method === 'HEAD' ? 400 : 404]);
    }
  });

  test('a content that is no JSON is not read, whatever is in it', async () => {
    const block = JSON.stringify({ number, agent: 'ada', reason: 'asked by letter' });
    for (const type of ['application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': type };
      const answer = await server.inject({ method: 'POST', url: '/v1/blocks', headers, payload: block });
      expect([type, problemOf(answer)[0]]).toEqual([type, 415]);
    }
    const long = { number, agent: 'ada', reason: 'x'.repeat(70_000) };
    expect(problemOf(await ask('POST', '/v1/blocks', long))[0]).toBe(413);
  });

  test('health, metrics and the description need none', async () => {
    for (const path of ['/healthz', '/readyz', '/livez']) expect((await server.inject(path)).body).toBe('ok\n');
    expect((await server.inject('/metrics')).body).toBe('homeline_up 1\n');
    expect(problemOf(await server.inject('/v2'))[0]).toBe(404);
    for (const path of [`/v1/calls/${'x'.repeat(200)}`, '/v1/calls/%'])
      expect(problemOf(await server.inject(path))[0]).toBe(400);
  });

  test('the description has every route, and each of its references leads somewhere', async () => {
    const document = (await server.inject('/openapi.json')).json<{
      paths: Record<string, Record<string, { responses: object; parameters: { name: string; required: boolean }[] }>>;
      components: { schemas: Record<string, unknown> };
    }>();
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described).toEqual(
      [...routes, { ...deskEventStream, method: 'GET' }].map(
        ({ method, path }) => `${method} ${path.replace(':id', '{id}')}`,
      ),
    );
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(10);
    for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty(name);
    const { parameters, responses } = document.paths['/v1/blocks']?.['delete'] ?? { parameters: [], responses: {} };
    expect(parameters.map(({ name, required }) => [name, required])).toEqual([
      ['number', true],
      ['facilityId', false],
      ['agent', true],
      ['reason', true],
    ]);
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '503']);
  });
});

test('an error of ours is told without its words, and the log has them under the name of the request', async () => {
  const lines: string[] = [];
  const log = pino({}, new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) }));
  const failing = apiServer({
    ...{ db: database.db, token, log, metrics: { contentType: 'text/plain', metrics: async () => '' } },
    health: () => Promise.reject(new Error('words of ours')),
  });
  const answer = await failing.inject('/healthz');
  await failing.close();
  expect(problemOf(answer)).toEqual([500, 'An error of this system.']);
  expect(answer.body).not.toContain('words of ours');
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { msg: 'a request failed', reqId: answer.headers['x-request-id'], err: { message: 'words of ours' } },
  ]);
});

test('a database that is away is a problem that says so', async () => {
  await database.crash();
  const response = await ask('GET', '/v1/calls');
  expect(problemOf(response)).toEqual([503, 'The database is away; try again.']);
  expect(response.headers['retry-after']).toBe('5');
  await database.revive();
}, 30_000);
