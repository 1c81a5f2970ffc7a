import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notifyWith } from '#accounts/notices/notice.ts';
import { QUESTIONS_A_DAY } from '#accounts/questions/ask.ts';
import { questionWords } from '#accounts/questions/wording.ts';
import { saveAgent } from '#db/desk/agents.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { problem } from '../resources.ts';
import { apiServer } from '../server.ts';
import * as resources from './resources.ts';

const token = 'a-token-that-nobody-guesses';
const now = () => new Date('2026-03-02T20:00:00Z');
let database: TestDatabase;
let api: FastifyInstance;

beforeAll(async () => {
  database = await startTestDatabase();
  const { db } = database;
  for (const [id, extension] of [
    ['ana', '201'],
    ['eva', '202'],
  ] as const)
    await saveAgent(db, { ...{ id, name: id, extension, languages: ['es'] }, supervisor: false, active: true }, now());
  const line = '+18669490290';
  const questions = { questions: { now, notify: notifyWith(questionWords(line), now) }, line };
  const metrics = { contentType: 'text/plain', metrics: async () => '' };
  api = apiServer({ db, token, health: async () => 'ok', metrics, questions });
});
afterAll(async () => {
  await api.close();
  await database.stop();
});

const question = {
  ...{ name: 'Maria López', email: 'maria@example.com', subject: 'payments', language: 'es', source: '192.0.2.7' },
  text: '¿Por qué no veo mi pago?',
};

async function send(method: 'GET' | 'POST', url: string, payload?: object, key: string = randomUUID()) {
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key };
  const answer = await api.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: answer.statusCode, body: answer.json<unknown>() };
}

/** Status and kind of a problem, and what is wrong. */
const problemOf = ({ status, body }: { status: number; body: unknown }) => {
  const { type, faults = [] } = problem.parse(body);
  return [status, type.replace(/^urn:homeline:problem:/, ''), ...faults];
};

async function asked(changes: Partial<typeof question> = {}): Promise<string> {
  const email = `${randomUUID()}@example.com`;
  const source = `2001:db8:${Math.floor(Math.random() * 0xffff).toString(16)}:1::1`;
  const { status, body } = await send('POST', '/v1/questions', { ...question, email, source, ...changes });
  expect(status).toBe(201);
  return resources.asked.parse(body).reference;
}

const act = (reference: string, name: string, wanted: object, key?: string) =>
  send('POST', `/v1/questions/${reference}/${name}`, wanted, key);

describe('questions and answers', () => {
  test('are found by what somebody typed, with the words marked', async () => {
    const { status, body } = await send('GET', '/v1/faq?language=es&query=numero%20autorizado&limit=3');
    const { entries } = resources.faqFound.parse(body);
    expect([status, entries.length <= 3, entries[0]?.id]).toEqual([200, true, 'phone-numbers']);
    expect(entries[0]?.question.find(({ marked }) => marked)?.text).toBe('números');
    const all = resources.faqFound.parse((await send('GET', '/v1/faq?language=en&limit=100')).body);
    expect(all.entries.length).toBeGreaterThan(20);
    expect(JSON.stringify(all)).toContain('866');
  });
});

describe('a question', () => {
  test('has a reference, the same when it comes again, and is answered by the agent who took it', async () => {
    const key = randomUUID();
    const first = await send('POST', '/v1/questions', question, key);
    const { reference } = resources.asked.parse(first.body);
    expect([first.status, await send('POST', '/v1/questions', question, key)]).toEqual([201, first]);
    const waiting = resources.questions.parse((await send('GET', '/v1/questions')).body);
    expect(waiting.questions).toMatchObject([{ reference, state: 'open', body: question.text, name: question.name }]);

    const taken = await act(reference, 'take', { agentId: 'ana' });
    expect(resources.question.parse(taken.body)).toMatchObject({ state: 'taken', agentId: 'ana' });
    expect(problemOf(await act(reference, 'answer', { agentId: 'eva', answer: 'No.' }))).toEqual([
      409,
      'question-elsewhere',
    ]);
    expect((await act(reference, 'take', { agentId: 'eva', from: 'ana' })).status).toBe(200);
    expect((await act(reference, 'put-back', { agentId: 'eva' })).status).toBe(200);
    expect((await act(reference, 'take', { agentId: 'ana' })).status).toBe(200);
    const answer = { agentId: 'ana', answer: 'Su banco lo envía mañana.' };
    expect(resources.question.parse((await act(reference, 'answer', answer)).body)).toMatchObject({
      ...{ state: 'answered', answer: answer.answer },
    });
    const view = resources.questionView.parse((await send('GET', `/v1/questions/${reference}`)).body);
    expect(view.history.map(({ kind, agentId }) => `${kind} ${agentId}`)).toEqual([
      ...['taken ana', 'taken eva', 'put-back eva', 'taken ana', 'answered ana'],
    ]);
    expect([view.confirmation?.state, view.answer?.state]).toEqual(['waiting', 'waiting']);
    expect(resources.questions.parse((await send('GET', '/v1/questions')).body).questions).toEqual([]);
  });

  test('is closed with a reason when nobody answers it', async () => {
    const reference = await asked();
    await act(reference, 'take', { agentId: 'ana' });
    const closing = { agentId: 'ana', as: 'spam', reason: 'Advertising' };
    expect(problemOf(await act(reference, 'close', { ...closing, reason: ' ' }))).toEqual([
      ...[422, 'question-faulty', 'reason-missing'],
    ]);
    const closed = await act(reference, 'close', closing);
    expect(resources.question.parse(closed.body)).toMatchObject({ state: 'closed', closedAs: 'spam' });
    const { history } = resources.questionView.parse((await send('GET', `/v1/questions/${reference}`)).body);
    expect(history.at(-1)).toMatchObject({ kind: 'closed', reason: 'Advertising' });
  });

  test('is refused with a code for what is wrong with it', async () => {
    const refused = async (changes: object, key?: string) =>
      problemOf(await send('POST', '/v1/questions', { ...question, ...changes }, key));
    expect(await refused({ email: 'a@b.example\r\nBcc: c@d.example' })).toEqual([
      422,
      'question-faulty',
      'invalid-email',
    ]);
    expect(await refused({ subject: 'love' })).toEqual([422, 'question-faulty', 'unknown-subject']);
    expect(await refused({ source: 'nowhere' })).toEqual([422, 'question-faulty', 'invalid-source']);
    expect((await refused({ more: 1 }))[0]).toBe(400);
    expect((await refused({}, 'short'))[0]).toBe(400);
    const key = randomUUID();
    const reference = await asked();
    expect((await act(reference, 'take', { agentId: 'ana' }, key)).status).toBe(200);
    expect(problemOf(await act(reference, 'put-back', { agentId: 'ana' }, key))).toEqual([
      ...[422, 'question-faulty', 'key-reused'],
    ]);
    expect(problemOf(await act(reference, 'take', { agentId: 'nobody' }))).toEqual([
      ...[422, 'question-faulty', 'unknown-agent'],
    ]);
  });

  test('needs a key, a reference that is one, and fewer than eleven a day', async () => {
    const headers = { authorization: `Bearer ${token}` };
    const keyless = await api.inject({ method: 'POST', url: '/v1/questions', headers, payload: question });
    expect(keyless.statusCode).toBe(400);
    for (const none of ['123456789', 'x']) expect(problemOf(await send('GET', `/v1/questions/${none}`))[0]).toBe(404);
    const source = '198.51.100.9';
    for (let nth = 0; nth < QUESTIONS_A_DAY; nth++) await asked({ source });
    const { status, body } = await send('POST', '/v1/questions', { ...question, email: 'late@example.com', source });
    expect(problemOf({ status, body })).toEqual([429, 'too-many-of-source']);
  });

  test('is nobody’s without the token', async () => {
    for (const url of ['/v1/questions', '/v1/faq?language=en'])
      expect((await api.inject({ method: 'GET', url })).statusCode).toBe(401);
  });
});
