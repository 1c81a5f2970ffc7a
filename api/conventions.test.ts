import { Writable } from 'node:stream';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepConventions, requestName } from './conventions.ts';

const WEB = 'https://home.example.com';
let server: FastifyInstance;
const logged: string[] = [];
beforeAll(async () => {
  const log: FastifyBaseLogger = pino(
    {},
    new Writable({ write: (line, _, done) => (logged.push(String(line)), done()) }),
  );
  server = Fastify({ ...requestName, loggerInstance: log, trustProxy: '127.0.0.1' });
  keepConventions(server, { origins: [WEB] });
  for (const url of ['/v1/account', '/v1/staff/me', '/page'])
    server.get(url, async (request) => {
      request.log.info('asked');
      return { ok: true };
    });
  await server.ready();
});
afterAll(() => server.close());

const ask = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'OPTIONS' = 'GET') =>
  server.inject({ method, url, headers });
const preflight = { origin: WEB, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'if-match' };

describe('every answer', () => {
  test('is not guessed at, framed or run, whatever it is; what is private is not kept', async () => {
    for (const url of ['/v1/account', '/page', '/v1/nothing']) {
      const { headers } = await ask(url);
      expect(headers).toMatchObject({
        ...{ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' },
        'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/) as string,
      });
      expect(headers['cache-control']).toBe(url === '/page' ? undefined : 'no-store');
      const attached = url === '/page' ? undefined : 'attachment; filename="api.json"';
      expect(headers['content-disposition']).toBe(attached);
      // Nothing says what it runs on.
      for (const name of ['server', 'x-powered-by', 'via']) expect(headers).not.toHaveProperty(name);
    }
  });

  test('says to come by https again when it came by https, and only then', async () => {
    expect((await ask('/page')).headers).not.toHaveProperty('strict-transport-security');
    const secure = await ask('/page', { 'x-forwarded-proto': 'https' });
    expect(secure.headers['strict-transport-security']).toBe('max-age=63072000; includeSubDomains');
  });

  test('has the name by which the log knows its request, which whoever asks does not choose', async () => {
    const { headers } = await ask('/page', { 'x-request-id': 'mine', 'request-id': 'mine' });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    const [line] = logged.slice(-1).map((text) => JSON.parse(text) as { reqId: string; msg: string });
    expect(logged.some((text) => (JSON.parse(text) as { reqId: string }).reqId === headers['x-request-id'])).toBe(true);
    expect(line).toBeDefined();
    expect((await ask('/page')).headers['x-request-id']).not.toBe(headers['x-request-id']);
  });
});

describe('pages of other origins', () => {
  test('may ask what families ask if they were named, and read what they need of the answer', async () => {
    const { headers } = await ask('/v1/account', { origin: WEB });
    expect(headers).toMatchObject({ 'access-control-allow-origin': WEB, vary: 'Origin' });
    expect(headers['access-control-expose-headers']).toContain('etag');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    const asked = await ask('/v1/account', preflight, 'OPTIONS');
    expect([asked.statusCode, asked.body]).toEqual([204, '']);
    expect(asked.headers).toMatchObject({
      ...{ 'access-control-allow-origin': WEB, 'access-control-max-age': '7200' },
      'access-control-allow-methods': 'GET, POST, PUT, DELETE',
      'access-control-allow-headers': expect.stringContaining('if-match') as string,
    });
  });

  test.each(['https://home.example.com.evil.example', 'http://home.example.com', 'null', 'https://HOME.example.com'])(
    'as %s, which was not named, are told nothing',
    async (origin) => {
      for (const method of ['GET', 'OPTIONS'] as const) {
        const { headers } = await ask('/v1/account', { ...preflight, origin }, method);
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(headers['vary']).toBe('Origin');
      }
    },
  );

  test('never ask what staff ask, nor anything outside', async () => {
    for (const url of ['/v1/staff/me', '/page'])
      for (const method of ['GET', 'OPTIONS'] as const) {
        const { headers } = await ask(url, preflight, method);
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
  });
});
