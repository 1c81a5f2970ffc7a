import { randomUUID } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { webhookKeys } from '#accounts/webhooks/secret.ts';
import { placeBlock } from '#db/blocks.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { problem } from '../resources.ts';
import { apiServer } from '../server.ts';
import { EventFeed } from './events.ts';
import * as resources from './resources.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const token = 'a-token-that-nobody-guesses';
const keys = webhookKeys('a secret of sixteen or more');
const at = new Date('2026-05-01T12:00:00Z');
let database: TestDatabase;
let api: FastifyInstance;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(() => {
  const { db, url } = database;
  api = apiServer({
    ...{ db, token, health: async () => 'ok', metrics: { contentType: 'text/plain', metrics: async () => '' } },
    ...{ events: new EventFeed(db, url), webhooks: { keys, now: () => at } },
  });
});
afterEach(() => api.close());

const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object, headers: Record<string, string> = {}) =>
  api.inject({ method, url, headers: { authorization: `Bearer ${token}`, ...headers }, ...(payload && { payload }) });
const wanted = { url: 'https://web.example.com/hook', kinds: ['call.ended', 'block.placed'], email: 'web@example.com' };
const subscribe = (over: object = {}, key: string = randomUUID()) =>
  ask('POST', '/v1/webhooks', { ...wanted, ...over }, { 'idempotency-key': key });
const codeOf = (answer: { json(): unknown }) => {
  const { type, faults = [] } = problem.parse(answer.json());
  return [type.replace('urn:homeline:problem:', ''), ...faults].join(' ');
};

describe('webhooks', () => {
  test('are subscribed once for each key, their secret shown, listed without it, and deleted', async () => {
    const key = randomUUID();
    const made = await subscribe({}, key);
    expect(made.statusCode).toBe(201);
    const { webhook, secret } = resources.subscribed.parse(made.json());
    expect(webhook).toMatchObject({ url: wanted.url, kinds: wanted.kinds, state: 'working', failures: 0 });
    expect(secret).toBe(keys.secretOf(webhook.id));
    const again = await subscribe({}, key);
    expect([again.statusCode, again.json()]).toEqual([200, made.json()]);
    expect(codeOf(await subscribe({ email: 'other@example.com' }, key))).toBe('key-reused');
    const list = await ask('GET', '/v1/webhooks');
    expect(resources.webhooks.parse(list.json()).webhooks).toEqual([webhook]);
    expect(list.body).not.toContain('whsec');
    expect(JSON.stringify(await database.db.selectFrom('webhook').selectAll().execute())).not.toContain('whsec');
    expect((await ask('DELETE', `/v1/webhooks/${webhook.id}`)).json()).toEqual({ result: 'deleted' });
    expect(codeOf(await ask('DELETE', `/v1/webhooks/${webhook.id}`))).toBe('webhook-unknown');
    expect(codeOf(await ask('POST', `/v1/webhooks/${webhook.id}/resume`))).toBe('webhook-unknown');
    expect((await ask('GET', '/v1/webhooks')).json()).toEqual({ webhooks: [] });
  });

  test.each([
    [{ url: 'http://web.example.com/' }, 'webhook-faulty not-https'],
    [{ url: 'nowhere' }, 'webhook-faulty no-url'],
    [{ email: 'x' }, 'webhook-faulty invalid-email'],
  ])('with %j are refused: %s', async (over, code) => {
    expect(codeOf(await subscribe(over))).toBe(code);
  });

  test('of kinds that there are not, and without a key, are refused', async () => {
    expect((await subscribe({ kinds: ['call.begun'] })).statusCode).toBe(400);
    expect((await subscribe({ kinds: [] })).statusCode).toBe(400);
    expect(codeOf(await ask('POST', '/v1/webhooks', wanted))).toBe('key-needed');
    expect((await api.inject({ method: 'GET', url: '/v1/webhooks' })).statusCode).toBe(401);
  });
});

describe('the stream', () => {
  let numbers = 7000;
  const happens = async () => {
    const number = `+1213555${++numbers}`;
    await placeBlock(database.db, { number, scope: 'all', by: { kind: 'agent', id: 'ada' }, reason: 'asked', at });
    return number;
  };
  const open = async (headers: Record<string, string> = {}) => {
    const url = `${await api.listen({ host: '127.0.0.1', port: 0 })}/v1/events`;
    const read = async (more: Record<string, string>) => {
      const all = { authorization: `Bearer ${token}`, ...more };
      const answer = await new Promise<IncomingMessage>((resolve, reject) =>
        get(url, { headers: all, agent: false }, resolve).once('error', reject),
      );
      const chunks = answer.setEncoding('utf8')[Symbol.asyncIterator]();
      let text = '';
      const next = async () => {
        for (let end = text.indexOf('\n\n'); ; end = text.indexOf('\n\n')) {
          if (end >= 0) {
            const block = text.slice(0, end);
            text = text.slice(end + 2);
            const data = /^data: (.*)$/m.exec(block)?.[1];
            if (data === undefined) continue;
            expect(/^id: (.*)$/m.exec(block)?.[1]).toBe(resources.event.parse(JSON.parse(data)).id);
            return resources.event.parse(JSON.parse(data));
          }
          const chunk: IteratorResult<unknown> = await chunks.next();
          if (chunk.done) throw new Error('the stream has ended');
          text += String(chunk.value);
        }
      };
      return { answer, next, close: () => void answer.destroy() };
    };
    return { first: await read(headers), read };
  };

  test('tells what happens from now on, and who comes back misses nothing', async () => {
    await happens();
    const { first, read } = await open();
    expect(first.answer.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const told = await happens();
    const heard = await first.next();
    expect(heard).toMatchObject({ kind: 'block.placed', data: { number: told, by: 'agent' } });
    first.close();
    const missed = [await happens(), await happens()];
    const back = await read({ 'last-event-id': heard.id });
    expect([await back.next(), await back.next()].map(({ data }) => data['number'])).toEqual(missed);
    back.close();
  });

  test('is for the service alone, and knows its ids', async () => {
    const { first, read } = await open({ 'last-event-id': 'x' });
    expect(first.answer.statusCode).toBe(400);
    first.close();
    const nobody = await read({ authorization: '' });
    expect(nobody.answer.statusCode).toBe(401);
    nobody.close();
  });
});
