import type { FastifyInstance } from 'fastify';
import { readTwilioWebhook } from '#accounts/notices/twilio-webhook.ts';
import type { ArrivedText } from '#accounts/notices/receive-text.ts';
import { Problem } from './problem.ts';

export interface TextWebhookOptions {
  /** Where the outside reaches this API, without a slash at its end: https://phone.example.com */
  readonly publicUrl: string;
  readonly authToken: string;
  readonly receive: (text: ArrivedText) => Promise<unknown>;
}

export const TEXT_WEBHOOK = '/webhooks/texts';
/** Twilio sends nothing back to the sender: answers go out as notices. */
const NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/** Texts that come in, from Twilio: its signature stands in for the bearer token. What fails is 503 or 500, and told by Twilio as failed. */
export async function textWebhook(server: FastifyInstance, options: TextWebhookOptions): Promise<void> {
  const { publicUrl, authToken, receive } = options;
  const signed = { url: `${publicUrl}${TEXT_WEBHOOK}`, authToken };
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, form, done) =>
    done(null, form),
  );
  server.post(TEXT_WEBHOOK, async ({ body, headers, url }, reply) => {
    const signature = headers['x-twilio-signature'];
    if (typeof body !== 'string' || typeof signature !== 'string' || url !== TEXT_WEBHOOK)
      throw new Problem(403, 'This is not signed as Twilio signs.');
    const read = readTwilioWebhook(body, signature, signed);
    if (read.kind !== 'text')
      throw read.kind === 'forged'
        ? new Problem(403, 'This is not signed as Twilio signs.')
        : new Problem(400, 'MessageSid, From and Body are needed.');
    await receive(read.text);
    return reply.type('text/xml').send(NO_ANSWER);
  });
}
