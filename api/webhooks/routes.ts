import type { WebhookKeys } from '#accounts/webhooks/secret.ts';
import { subscribe } from '#accounts/webhooks/subscribe.ts';
import { endWebhook, listWebhooks, resumeWebhook, type Webhook } from '#db/webhooks.ts';
import { z } from 'zod';
import { read } from '../problem.ts';
import { refusing } from '../refusal.ts';
import type { Route } from '../routes.ts';
import * as resources from './resources.ts';

export interface WebhookHouse {
  readonly keys: WebhookKeys;
  readonly now: () => Date;
}

const refuse = refusing({
  'key-needed': [400, 'An `Idempotency-Key` is needed: the same request sent again is done once.'],
  'key-reused': [422, 'This Idempotency-Key came with another request before. Use another one.'],
  'webhook-faulty': [422, 'Nothing can be told there; `faults` says why.'],
  'webhook-unknown': [404, 'There is no such webhook, or it is not disabled.'],
} as const);

const at = '/v1/webhooks';

function told(webhook: Webhook): z.input<typeof resources.webhook> {
  const { id, url, kinds, email, madeAt, sentId, failures, failingSince, lastFailure, dueAt, ended } = webhook;
  return {
    ...{ id, url, kinds: [...kinds], email, madeAt: madeAt.toISOString(), sentId, failures, lastFailure },
    ...{ dueAt: dueAt.toISOString(), failingSince: failingSince?.toISOString() },
    state: ended ? 'disabled' : failures > 0 ? 'failing' : 'working',
  };
}

/** Subscriptions of web and app layers to what happens: signed, in order, sent again until they are acknowledged. */
export const webhookRoutes = (house: WebhookHouse): readonly Route[] => [
  {
    method: 'GET',
    path: at,
    summary: 'Subscriptions to events, and how they fare',
    answers: { 200: resources.webhooks },
    problems: [],
    run: async (db) => ({ status: 200, body: { webhooks: (await listWebhooks(db)).map(told) } }),
  },
  {
    method: 'POST',
    path: at,
    summary: 'Subscribes a URL to events of these kinds, from now on',
    idempotent: true,
    body: resources.subscribing,
    answers: { 200: resources.subscribed, 201: resources.subscribed },
    problems: [422],
    async run(db, { body, idempotencyKey: key }) {
      if (key === undefined) throw refuse('key-needed');
      const made = await subscribe(db, house, { key, ...read('body', resources.subscribing, body) });
      if (made.kind === 'refused')
        throw made.reason === 'key-reused' ? refuse(made.reason) : refuse('webhook-faulty', { faults: [made.reason] });
      return { status: made.replayed ? 200 : 201, body: { webhook: told(made.webhook), secret: made.secret } };
    },
  },
  {
    method: 'DELETE',
    path: `${at}/:id`,
    summary: 'Ends a subscription for good',
    params: resources.webhookPath,
    answers: { 200: z.strictObject({ result: z.literal('deleted') }) },
    problems: [404],
    async run(db, { params }) {
      const { id } = read('path', resources.webhookPath, params);
      if (!(await endWebhook(db, id, 'deleted', house.now()))) throw refuse('webhook-unknown');
      return { status: 200, body: { result: 'deleted' } };
    },
  },
  {
    method: 'POST',
    path: `${at}/:id/resume`,
    summary: 'Takes a disabled subscription up again, after the last event that was acknowledged',
    params: resources.webhookPath,
    answers: { 200: z.strictObject({ result: z.literal('resumed') }) },
    problems: [404],
    async run(db, { params }) {
      const { id } = read('path', resources.webhookPath, params);
      if (!(await resumeWebhook(db, id, house.now()))) throw refuse('webhook-unknown');
      return { status: 200, body: { result: 'resumed' } };
    },
  },
];
