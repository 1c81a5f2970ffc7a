import Stripe from 'stripe';
import { z } from 'zod';
import { WebhookRefused, type WebhookEvent } from './gateway.ts';
import { declineReasonOf } from './stripe-declines.ts';
import { refuseStale } from './webhook-signature.ts';

const code = z.string().nullish();
const intent = z.object({
  id: z.string(),
  amount_received: z.int(),
  metadata: z.object({ key: z.string().optional() }),
  last_payment_error: z.object({ code, decline_code: code }).nullish(),
});
const refund = z.object({
  id: z.string(),
  amount: z.int(),
  status: z.string().nullable(),
  metadata: z.object({ key: z.string().optional() }).nullable(),
});
const dispute = z.object({ amount: z.int(), payment_intent: z.string() });
const envelope = z.object({ id: z.string(), type: z.string(), data: z.object({ object: z.unknown() }) });

/** Throws WebhookRefused. */
export function readStripeWebhook(stripe: Stripe, rawBody: Buffer, signature: string, secret: string, now: Date) {
  const event = verified(stripe, rawBody, signature, secret, now);
  try {
    return translate(envelope.parse(event));
  } catch {
    throw new WebhookRefused('unreadable');
  }
}

function verified(stripe: Stripe, rawBody: Buffer, signature: string, secret: string, now: Date): unknown {
  try {
    // Tolerance 0: the library says 'too old' and 'forged' with one error, so the age is looked at below.
    const event = stripe.webhooks.constructEvent(rawBody, signature, secret, 0);
    refuseStale(signature, now);
    return event;
  } catch (error) {
    if (error instanceof WebhookRefused) throw error;
    const forged = error instanceof Stripe.errors.StripeSignatureVerificationError;
    throw new WebhookRefused(forged ? 'forged' : 'unreadable');
  }
}

/** Every event whose object is a refund; its status says what became of it. */
const aboutRefund: ReadonlySet<string> = new Set([
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.refund.updated',
]);

/** https://docs.stripe.com/api/events/types */
function translate({ id: eventId, type, data }: z.infer<typeof envelope>): WebhookEvent {
  const other: WebhookEvent = { kind: 'other', eventId, type };
  if (type === 'payment_intent.succeeded' || type === 'payment_intent.payment_failed') {
    const { id, amount_received: cents, metadata, last_payment_error: failed } = intent.parse(data.object);
    if (metadata.key === undefined) return other;
    const about = { eventId, key: metadata.key };
    if (type === 'payment_intent.succeeded') return { kind: 'captured', ...about, gatewayId: id, cents };
    return { kind: 'declined', ...about, reason: declineReasonOf(failed?.decline_code, failed?.code) };
  }
  if (aboutRefund.has(type)) {
    const { id, amount, status, metadata } = refund.parse(data.object);
    if (metadata?.key === undefined) return other;
    const about = { eventId, key: metadata.key, refundId: id, cents: amount };
    if (status === 'failed' || status === 'canceled') return { kind: 'refund-failed', ...about };
    return status === 'succeeded' ? { kind: 'refunded', ...about } : other;
  }
  if (type === 'charge.dispute.created') {
    const { amount, payment_intent: gatewayId } = dispute.parse(data.object);
    return { kind: 'disputed', eventId, gatewayId, cents: amount };
  }
  return other;
}
