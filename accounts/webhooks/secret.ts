import { createHmac, hkdfSync } from 'node:crypto';

/** What is made for webhooks from a secret that the database does not know. */
export interface WebhookKeys {
  /** What a subscription's deliveries are signed with: shown when it is made, and never kept. */
  secretOf(webhookId: string): string;
  /** `t=…,v1=…`: HMAC-SHA256 over the seconds, a dot and the body. Whoever reads it compares both. */
  sign(webhookId: string, body: Buffer, at: Date): string;
}

export function webhookKeys(secret: string): WebhookKeys {
  if (secret.length < 16) throw new Error('Webhooks need a secret of sixteen characters or more.');
  // RFC 5869: a key for this use alone.
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'homeline webhooks', 32));
  const secretOf = (id: string) => `whsec_${createHmac('sha256', key).update(id).digest('base64url')}`;
  return {
    secretOf,
    sign(id, body, at) {
      const seconds = String(Math.floor(at.getTime() / 1_000));
      const mac = createHmac('sha256', secretOf(id)).update(`${seconds}.`).update(body).digest('hex');
      return `t=${seconds},v1=${mac}`;
    },
  };
}
