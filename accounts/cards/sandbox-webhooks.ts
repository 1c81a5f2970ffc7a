import { z } from 'zod';
import type { SandboxCharge } from '#db/sandbox-gateway.ts';
import { WebhookRefused, type WebhookEvent } from './gateway.ts';
import { refuseStale, signWebhook, verifySignature } from './webhook-signature.ts';

const told = { eventId: z.string().min(1) };
const key = z.string().min(1);
const cents = z.int().positive();
const event: z.ZodType<WebhookEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ ...told, kind: z.literal('captured'), key, gatewayId: z.string(), cents }),
  z.strictObject({ ...told, kind: z.literal('declined'), key, reason: z.string() }),
]);

export function signedWebhook(charge: SandboxCharge, secret: string, at: Date) {
  const { id, idempotencyKey, cents, declineReason } = charge;
  const about = { eventId: `evt_${id}`, key: idempotencyKey };
  const event: WebhookEvent =
    declineReason === null
      ? { kind: 'captured', ...about, gatewayId: id, cents }
      : { kind: 'declined', ...about, reason: declineReason };
  const rawBody = Buffer.from(JSON.stringify(event));
  return { rawBody, signature: signWebhook(rawBody, secret, at) };
}

/** Throws WebhookRefused. */
export function readSandboxWebhook(rawBody: Buffer, signature: string, secret: string, now: Date): WebhookEvent {
  verifySignature(rawBody, signature, secret);
  refuseStale(signature, now);
  let body: unknown;
  try {
    body = JSON.parse(rawBody.toString('utf8'));
  } catch {
    throw new WebhookRefused('unreadable');
  }
  const read = event.safeParse(body);
  if (!read.success) throw new WebhookRefused('unreadable');
  return read.data;
}
