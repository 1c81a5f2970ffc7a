import { randomUUID } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { openAccount } from '#db/accounts.ts';
import { saveAgent } from '#db/desk/agents.ts';
import { enterQueue } from '#db/desk/entries.ts';
import { beginMessage, keepMessage } from '#db/desk/messages.ts';
import { giveTurns } from '#db/desk/turns.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { DeskFeed } from './desk-feed.ts';
import { deskEvent } from './resources.ts';
import { apiServer } from './server.ts';

const token = 'a-token-that-nobody-guesses';
const number = '+12135550142';
const accountId = randomUUID();
const at = new Date('2026-03-02T20:00:00Z');
let database: TestDatabase;
let api: FastifyInstance;
let url: string;

beforeAll(async () => {
  database = await startTestDatabase();
  const { db } = database;
  await openAccount(db, { id: accountId, numbers: [number], at });
  const ana = { id: 'ana', name: 'Ana', extension: '201', languages: ['es'], supervisor: false, active: true } as const;
  await saveAgent(db, ana, at);
});
afterAll(() => database.stop());
beforeEach(async () => {
  const metrics = { contentType: 'text/plain', metrics: async () => '' };
  const desk = new DeskFeed(database.db, database.url);
  api = apiServer({ db: database.db, token, health: async () => 'ok', metrics, desk });
  url = `${await api.listen({ host: '127.0.0.1', port: 0 })}/v1/desk/events`;
});
afterEach(() => api.close());

/** On a connection of its own, which ends with the answer. */
const ask = (headers: Record<string, string> = { authorization: `Bearer ${token}` }): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => get(url, { headers, agent: false }, resolve).once('error', reject));

const statusOf = async (headers?: Record<string, string>): Promise<number | undefined> => {
  const answer = await ask(headers);
  answer.resume();
  return answer.statusCode;
};

/** Reads a stream of events one by one. */
async function reader(headers: Record<string, string> = {}) {
  const answer = await ask({ authorization: `Bearer ${token}`, ...headers });
  expect(answer.headers['content-type']).toBe('text/event-stream');
  const chunks = answer.setEncoding('utf8')[Symbol.asyncIterator]();
  let text = '';
  const block = async (): Promise<string> => {
    for (let end = text.indexOf('\n\n'); ; end = text.indexOf('\n\n')) {
      if (end >= 0) {
        const one = text.slice(0, end);
        text = text.slice(end + 2);
        return one;
      }
      const chunk: IteratorResult<unknown> = await chunks.next();
      if (chunk.done) throw new Error('the stream has ended');
      text += String(chunk.value);
    }
  };
  expect(await block()).toBe('retry: 1000');
  return {
    async next() {
      const fields = new Map(
        (await block())
          .split('\n')
          .map((line): [string, string] => [line.split(':')[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
      );
      const data: unknown = JSON.parse(fields.get('data') ?? '');
      return { id: fields.get('id') ?? '', event: fields.get('event'), data: deskEvent.parse(data) };
    },
    ended: async () => (await chunks.next()).done,
    close: () => void answer.destroy(),
  };
}

/** Somebody asks for an agent, and one is given to them. */
async function calls() {
  const { db } = database;
  const [id, callId] = [randomUUID(), randomUUID()];
  await db.updateTable('deskEntry').set({ state: 'ended', endedAt: at, outcome: 'hung-up', agentId: null }).execute();
  await db.updateTable('agent').set({ state: 'ready' }).execute();
  await enterQueue(db, { id, callId, language: 'es', number, accountId, node: 'ivr-1', at });
  const long = new Date(0);
  const missing = { seenBefore: long, missedBefore: long, wrapUpUntil: at };
  await giveTurns(db, at, missing, () => [{ entryId: id, agentId: 'ana' }]);
  return callId;
}

describe('what happens at the desk', () => {
  test('is told as it happens: whose phone rings, and who calls', async () => {
    const events = await reader();
    const callId = await calls();
    const { data: entered } = await events.next();
    expect(entered).toMatchObject({ kind: 'entered', at: at.toISOString() });
    expect(entered.agentId).toBeUndefined();
    const given = [await events.next(), await events.next()].find(({ event }) => event === 'given');
    expect(given?.data).toMatchObject({
      ...{ kind: 'given', agentId: 'ana' },
      call: { id: callId, language: 'es', number, way: 'line', account: { id: accountId } },
    });
    events.close();
  });

  test('is told of voice messages', async () => {
    const events = await reader();
    const { db } = database;
    const [id, callId, sha256] = [randomUUID(), randomUUID(), '0'.repeat(64)];
    const begun = { id, callId, language: 'es', callingNumber: number, accountId, keepDays: 90, at } as const;
    await beginMessage(db, begun);
    const sound = { spoolPath: '/spool/one.wav', sha256, bytes: 1_000, seconds: 12 };
    await keepMessage(db, callId, { ...sound, number, recordedAt: at }, at);
    expect((await events.next()).data).toEqual({
      ...{ at: at.toISOString(), kind: 'message-left', messageId: id, data: { seconds: 12 } },
    });
    events.close();
  });

  test('is told from where a reader left, each once, and to many readers', async () => {
    const [one, other] = [await reader(), await reader()];
    await calls();
    const heard = [await one.next(), await one.next(), await one.next()];
    expect([await other.next(), await other.next(), await other.next()]).toEqual(heard);
    one.close();
    await calls();
    const back = await reader({ 'last-event-id': heard[0]!.id });
    const told: (typeof heard)[number][] = [];
    for (let nth = 0; nth < 5; nth++) told.push(await back.next());
    expect(told.slice(0, 2)).toEqual(heard.slice(1));
    const ids = told.map(({ id }) => Number(id));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    other.close();
    back.close();
  });

  test('is told again after the database was away', async () => {
    const events = await reader();
    await calls();
    const { id } = await events.next();
    events.close();
    await database.crash();
    expect(await statusOf()).toBe(503);
    await database.revive();
    const back = await reader({ 'last-event-id': id });
    expect((await back.next()).event).toBeDefined();
    back.close();
  });

  test('is told to who came while the database was away, and comes again', async () => {
    await database.crash();
    expect(await statusOf()).toBe(503);
    await database.revive();
    const events = await reader();
    await calls();
    expect((await events.next()).event).toBe('entered');
    events.close();
  });

  test('is told to be nothing when it is quiet, also after something has happened', async () => {
    const feed = new DeskFeed(database.db, database.url);
    const news = feed.after(await feed.now(), 50, new AbortController().signal);
    const next = async () => (await news.next()).value?.kind;
    expect(await next()).toBeUndefined();
    await calls();
    expect([await next(), await next(), await next()]).toEqual(['entered', 'agent-ringing', 'given']);
    expect(await next()).toBeUndefined();
    await feed.close();
    expect(await news.next()).toMatchObject({ done: true });
  });

  test('is told to nobody without the token, or from an event that is none; and a server that stops ends it', async () => {
    expect(await statusOf({})).toBe(401);
    for (const none of ['x', '-1', '01', '1'.repeat(19)])
      expect((await fetch(url, { headers: { authorization: `Bearer ${token}`, 'last-event-id': none } })).status).toBe(
        400,
      );
    const events = await reader();
    await api.close();
    expect(await events.ended()).toBe(true);
  });
});
