import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ArrivedText } from '#accounts/notices/receive-text.ts';
import type { Database } from '#db/connect.ts';
import { apiServer } from './server.ts';

const authToken = 'the-token-of-twilio';
const publicUrl = 'https://phone.example.com';
const url = `${publicUrl}/webhooks/texts`;
const fields = { MessageSid: 'SM1', From: '+12135550142', Body: '¡Sí & no! +1', AccountSid: 'AC1' };
let received: ArrivedText[];
let server: FastifyInstance;
beforeEach(() => {
  received = [];
  server = apiServer({
    db: {} as Database,
    token: 'a-token-that-nobody-guesses',
    health: async () => 'ok',
    metrics: { contentType: 'text/plain', metrics: async () => '' },
    texts: { publicUrl, authToken, receive: async (text) => void received.push(text) },
  });
});
afterEach(() => server.close());

const sign = (params: Record<string, string>, { at = url, token = authToken } = {}) =>
  getExpectedTwilioSignature(token, at, params);
const post = (params: Record<string, string> | string, signature: string | undefined, path = '/webhooks/texts') =>
  server.inject({
    method: 'POST',
    url: path,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(signature !== undefined && { 'x-twilio-signature': signature }),
    },
    payload: typeof params === 'string' ? params : new URLSearchParams(params).toString(),
  });

test('a signed text is received and answered with nothing to say', async () => {
  const answer = await post(fields, sign(fields));
  expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
    200,
    'text/xml',
    '<?xml version="1.0" encoding="UTF-8"?><Response/>',
  ]);
  expect(received).toEqual([{ id: 'SM1', from: '+12135550142', body: '¡Sí & no! +1' }]);
});

test.each<[string, () => Promise<{ statusCode: number; body: string }>]>([
  ['without a signature', () => post(fields, undefined)],
  ['with an empty one', () => post(fields, '')],
  ['signed with another token', () => post(fields, sign(fields, { token: 'another' }))],
  ['signed for another address', () => post(fields, sign(fields, { at: 'https://evil.example.com/webhooks/texts' }))],
  ['signed for http', () => post(fields, sign(fields, { at: url.replace('https', 'http') }))],
  ['with another text than was signed', () => post({ ...fields, Body: 'PAY' }, sign(fields))],
  ['from another number than was signed', () => post({ ...fields, From: '+12135550143' }, sign(fields))],
  [
    'with a field twice',
    () => post(`${new URLSearchParams(fields).toString()}&Body=PAY`, sign({ ...fields, Body: 'PAY' })),
  ],
  ['with a query', () => post(fields, sign(fields), '/webhooks/texts?a=1')],
])('a text %s is refused', async (_how, attempt) => {
  const answer = await attempt();
  expect(answer.statusCode).toBe(403);
  expect(answer.body).not.toContain(authToken);
  expect(received).toEqual([]);
});

test('a message without words, of a picture alone, is received', async () => {
  const picture = { ...fields, Body: '' };
  expect((await post(picture, sign(picture))).statusCode).toBe(200);
  expect(received).toEqual([{ id: 'SM1', from: '+12135550142', body: '' }]);
});

test('a signed message that is none is refused', async () => {
  const { From, Body } = fields;
  expect((await post({ From, Body }, sign({ From, Body }))).statusCode).toBe(400);
  expect(received).toEqual([]);
});

test('a body that is no form is refused', async () => {
  const headers = { 'x-twilio-signature': sign(fields) };
  const answer = await server.inject({ method: 'POST', url: '/webhooks/texts', headers, payload: fields });
  expect(answer.statusCode).toBe(403);
});
