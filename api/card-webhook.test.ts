import Stripe from 'stripe';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WebhookEvent } from '#accounts/cards/gateway.ts';
import { StripeGateway } from '#accounts/cards/stripe-gateway.ts';
import { DatabaseUnavailable } from '#db/unavailable.ts';
import type { Database } from '#db/connect.ts';
import { apiServer } from './server.ts';

const secret = 'whsec_of_the_endpoint';
const now = new Date('2026-05-01T12:00:00Z');
const gateway = new StripeGateway({ secretKey: 'sk_test_1', webhookSecret: secret, now: () => now });
let heard: WebhookEvent[];
let fails: Error | undefined;
let server: FastifyInstance;
beforeEach(() => {
  heard = [];
  fails = undefined;
  server = apiServer({
    db: {} as Database,
    token: 'a-token-that-nobody-guesses',
    health: async () => 'ok',
    metrics: { contentType: 'text/plain', metrics: async () => '' },
    cards: {
      hear: async (rawBody, signature) => {
        heard.push(gateway.readWebhook(rawBody, signature, now));
        if (fails) throw fails;
      },
    },
  });
});
afterEach(() => server.close());

const event = (type = 'payment_intent.succeeded', more: object = {}) =>
  JSON.stringify({
    ...{ id: 'evt_1', object: 'event', type },
    data: { object: { id: 'pi_1', amount_received: 2_500, metadata: { key: 'k1' }, ...more } },
  });
const sign = (payload: string, { at = now, with: signingSecret = secret } = {}) =>
  new Stripe('sk_test_1').webhooks.generateTestHeaderString({
    ...{ payload, secret: signingSecret, timestamp: Math.floor(at.getTime() / 1_000) },
  });
const post = (payload: string, signature: string | undefined, type = 'application/json') =>
  server.inject({
    method: 'POST',
    url: '/webhooks/cards',
    headers: { 'content-type': type, ...(signature !== undefined && { 'stripe-signature': signature }) },
    payload,
  });

test('an event that Stripe signed is heard, byte for byte, as often as it comes', async () => {
  // Read and written again it would be other bytes: the signature is over these.
  const payload = event().replace('{', '{  ').replace('evt_1', 'evt_\\u0031');
  for (let times = 0; times < 2; times++) {
    const answer = await post(payload, sign(payload));
    expect([answer.statusCode, answer.json()]).toEqual([200, { received: true }]);
  }
  const told = { kind: 'captured', eventId: 'evt_1', key: 'k1', gatewayId: 'pi_1', cents: 2_500 };
  expect(heard).toEqual([told, told]);
});

test('an event that means nothing to us is heard too: nobody tells it again', async () => {
  const payload = event('payout.paid');
  expect((await post(payload, sign(payload))).statusCode).toBe(200);
  expect(heard).toEqual([{ kind: 'other', eventId: 'evt_1', type: 'payout.paid' }]);
});

test.each<[string, () => ReturnType<typeof post>, number]>([
  ['without a signature', () => post(event(), undefined), 403],
  ['with an empty one', () => post(event(), ''), 403],
  ['signed with another secret', () => post(event(), sign(event(), { with: 'whsec_another' })), 403],
  ['with another amount than was signed', () => post(event().replace('2500', '9500'), sign(event())), 403],
  ['that is no JSON but says so', () => post('no json', undefined), 403],
  ['signed ten minutes ago', () => post(event(), sign(event(), { at: new Date(now.getTime() - 600_000) })), 400],
  ['signed in ten minutes', () => post(event(), sign(event(), { at: new Date(now.getTime() + 600_000) })), 400],
  ['signed, and no event', () => post('{"id":1}', sign('{"id":1}')), 400],
  ['signed, and no JSON', () => post('no json', sign('no json')), 400],
  ['of another type', () => post(event(), sign(event()), 'text/plain'), 415],
  ['of 300,000 bytes', () => post('x'.repeat(300_000), sign('x')), 413],
])('an event %s is refused', async (_how, attempt, status) => {
  const answer = await attempt();
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
  expect(answer.body).not.toContain(secret);
  expect(heard).toEqual([]);
});

test.each<[string, string, number, string]>([
  ['ten minutes ago', event(), 600_000, 'This was signed too long ago.'],
  ['now, and is no event', '{"id":1}', 0, 'This is no event of the card gateway.'],
  ['now, and is no JSON', 'no json', 0, 'This is no event of the card gateway.'],
])('what was signed %s is refused in its own words', async (_when, payload, agoMs, detail) => {
  const answer = await post(payload, sign(payload, { at: new Date(now.getTime() - agoMs) }));
  expect(answer.json()).toEqual({ type: 'about:blank', title: 'Bad Request', status: 400, detail });
});

test('an event of 200,000 bytes is heard', async () => {
  const payload = event('payment_intent.succeeded', { description: 'x'.repeat(200_000) });
  expect((await post(payload, sign(payload))).statusCode).toBe(200);
});

test('what may pass is 503, so that the gateway tells again', async () => {
  fails = new DatabaseUnavailable('away');
  expect((await post(event(), sign(event()))).statusCode).toBe(503);
});
