import { createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookRefusal } from './gateway-fault.ts';

/** How far from now a webhook may have been signed, in seconds; what Stripe's own libraries allow. */
export const TOLERANCE_SECONDS = 300;

/** When a header of the scheme `t=<seconds>,v1=<hex>[,v1=…]` says it was signed, in seconds; undefined: it does not say. */
function signedAt(header: string): number | undefined {
  const match = /(?:^|,)t=(\d{1,12})(?:,|$)/.exec(header);
  return match ? Number(match[1]) : undefined;
}

/** Refuses what was signed too long ago or is yet to be signed: call it once the signature is known to be right. */
export function checkAge(header: string, now: Date): void {
  const at = signedAt(header);
  if (at === undefined) throw new WebhookRefusal('forged');
  if (Math.abs(now.getTime() / 1000 - at) > TOLERANCE_SECONDS) throw new WebhookRefusal('stale');
}

const digest = (body: Buffer, secret: string, seconds: number): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();

export function sign(body: Buffer, secret: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${digest(body, secret, seconds).toString('hex')}`;
}

/** Throws WebhookRefusal 'forged' or 'stale'. */
export function checkSignature(body: Buffer, header: string | undefined, secret: string, now: Date): void {
  const seconds = signedAt(header ?? '');
  if (header === undefined || seconds === undefined) throw new WebhookRefusal('forged');
  const expected = digest(body, secret, seconds);
  const given = [...header.matchAll(/(?:^|,)v1=([0-9a-f]{64})(?=,|$)/g)].map((match) =>
    Buffer.from(match[1] ?? '', 'hex'),
  );
  if (!given.some((signature) => timingSafeEqual(signature, expected))) throw new WebhookRefusal('forged');
  checkAge(header, now);
}
