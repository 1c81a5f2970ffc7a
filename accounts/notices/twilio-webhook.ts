import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { ArrivedText } from './receive-text.ts';

export type TwilioWebhook =
  { readonly kind: 'text'; readonly text: ArrivedText } | { readonly kind: 'forged' | 'incomplete' };

/**
 * Reads a message that Twilio hands over. `url` is the address that Twilio was told, which is part of what it signs
 * (https://www.twilio.com/docs/usage/webhooks/webhooks-security). The signature has no time: one that is replayed is known by the id of
 * the message, see receiveText.
 */
export function readTwilioWebhook(
  form: string,
  signature: string,
  { url, authToken }: { readonly url: string; readonly authToken: string },
): TwilioWebhook {
  const fields = [...new URLSearchParams(form)];
  const params = Object.fromEntries(fields);
  // A field that is given twice could be signed as one and read as the other.
  if (Object.keys(params).length !== fields.length) return { kind: 'forged' };
  if (!validateRequest(authToken, signature, url, params)) return { kind: 'forged' };
  const { MessageSid: id, From: from, Body: body } = params;
  if (!id || !from || body === undefined) return { kind: 'incomplete' };
  return { kind: 'text', text: { id, from, body } };
}
