import { createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookRefused } from './gateway.ts';

/** How old a signature may be, either way: https://docs.stripe.com/webhooks#replay-attacks, five minutes. Milliseconds. */
const TOLERANCE_MS = 300_000;

const digest = (rawBody: Buffer, secret: string, seconds: string): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.`).update(rawBody).digest();

/** A `t=…,v1=…` header over the body: the scheme of Stripe, which the sandbox speaks too. */
export function signWebhook(rawBody: Buffer, secret: string, at: Date): string {
  const seconds = String(Math.floor(at.getTime() / 1_000));
  return `t=${seconds},v1=${digest(rawBody, secret, seconds).toString('hex')}`;
}

/** Throws WebhookRefused 'forged'. Any one of several v1 signatures will do: there are two while a secret is changed. */
export function verifySignature(rawBody: Buffer, signature: string, secret: string): void {
  const seconds = /(?:^|,)t=(\d{1,12})(?:,|$)/.exec(signature)?.[1];
  const given = [...signature.matchAll(/(?:^|,)v1=([0-9a-f]{64})(?=,|$)/g)].map(([, hex = '']) =>
    Buffer.from(hex, 'hex'),
  );
  if (seconds === undefined) throw new WebhookRefused('forged');
  const wanted = digest(rawBody, secret, seconds);
  if (!given.some((one) => timingSafeEqual(one, wanted))) throw new WebhookRefused('forged');
}

/** Throws WebhookRefused 'stale'. Only of a signature that was verified: the time is part of what is signed. */
export function refuseStale(signature: string, now: Date): void {
  const seconds = Number(/(?:^|,)t=(\d{1,12})(?:,|$)/.exec(signature)?.[1] ?? NaN);
  if (!(Math.abs(now.getTime() - seconds * 1_000) <= TOLERANCE_MS)) throw new WebhookRefused('stale');
}
