import type { FastifyInstance } from 'fastify';
import { WebhookRefused } from '#accounts/cards/gateway.ts';
import { Problem } from './problem.ts';

export interface CardWebhookOptions {
  /** The body byte for byte: its signature is over that. Throws WebhookRefused, and what may pass: the gateway tells again. */
  readonly hear: (rawBody: Buffer, signature: string) => Promise<unknown>;
}

export const CARD_WEBHOOK = '/webhooks/cards';
/** Of one event; what we read of it is a hundredth. Bytes. */
const LARGEST = 262_144;

/** What the card gateway tells of its own accord: its signature stands in for the bearer token (docs.stripe.com/webhooks). */
export async function cardWebhook(server: FastifyInstance, { hear }: CardWebhookOptions): Promise<void> {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.post(CARD_WEBHOOK, { bodyLimit: LARGEST }, async ({ body, headers }) => {
    const signature = headers['stripe-signature'];
    if (!Buffer.isBuffer(body) || typeof signature !== 'string') throw refusalOf('forged');
    try {
      await hear(body, signature);
    } catch (error) {
      throw error instanceof WebhookRefused ? refusalOf(error.code) : error;
    }
    return { received: true };
  });
}

const refusalOf = (code: WebhookRefused['code']): Problem =>
  code === 'forged'
    ? new Problem(403, 'This is not signed by the card gateway.')
    : new Problem(400, code === 'stale' ? 'This was signed too long ago.' : 'This is no event of the card gateway.');
