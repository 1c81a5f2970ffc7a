import { eventKinds } from '#db/events.ts';
import { z } from 'zod';
import { text } from '../resources.ts';

/* What subscriptions to events take and give; see ../resources.ts. */

const at = z.iso.datetime();
const kind = z.enum(eventKinds);

export const event = z
  .strictObject({
    id: z.string().describe('Grows from one to the next; the same event has the same'),
    kind,
    at,
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event', description: 'What happened. Of each call one `call.ended`, and nothing after it' });

export const subscribing = z.strictObject({
  url: text(3_000).describe('https, or http to this machine'),
  kinds: z.array(kind).min(1).max(50),
  email: text(254).describe('Who is told when it is disabled'),
  language: z.enum(['en', 'es']).default('en'),
});
export const webhook = z
  .strictObject({
    id: z.uuid(),
    url: z.string(),
    kinds: z.array(kind),
    email: z.string(),
    madeAt: at,
    sentId: z.string().describe('The event up to which everything was acknowledged'),
    state: z.enum(['working', 'failing', 'disabled']),
    failures: z.int().describe('In a row'),
    failingSince: at.optional(),
    lastFailure: z.string().optional().describe('status-500, timeout, address-not-allowed, ...'),
    dueAt: at.describe('When it is tried next'),
  })
  .meta({ id: 'Webhook' });
export const subscribed = z.strictObject({
  webhook,
  secret: z
    .string()
    .describe(
      'Shown here alone. `Homeline-Signature: t=SECONDS,v1=HEX` is HMAC-SHA256 with it over the seconds, a dot, and the body as it came',
    ),
});
export const webhooks = z.strictObject({ webhooks: z.array(webhook) });
export const webhookPath = z.strictObject({ id: z.uuid() });
