import { createHash, randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { eventKinds, lastEvent, publishEvents, type EventKind } from '#db/events.ts';
import { addWebhook, type Webhook } from '#db/webhooks.ts';
import { isEmail } from '../profile/email.ts';
import type { Language } from '#db/people.ts';
import type { WebhookKeys } from './secret.ts';

export interface Subscription {
  readonly key: string;
  readonly url: string;
  readonly kinds: readonly EventKind[];
  /** Who is told when it is disabled. */
  readonly email: string;
  readonly language: Language;
}

export type UrlFault = 'no-url' | 'not-https' | 'has-credentials' | 'has-fragment' | 'too-long';

export type Subscribed =
  | { readonly kind: 'subscribed'; readonly webhook: Webhook; readonly secret: string; readonly replayed: boolean }
  | { readonly kind: 'refused'; readonly reason: UrlFault | 'invalid-email' | 'key-reused' };

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** What is wrong with a URL to be told at; undefined: nothing. Plain http reaches no further than this machine. */
export function urlFault(text: string): UrlFault | undefined {
  if (text.length > 2_000) return 'too-long';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return 'no-url';
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) return 'not-https';
  if (url.username !== '' || url.password !== '') return 'has-credentials';
  return url.hash === '' ? undefined : 'has-fragment';
}

/** Tells a web or app layer what happens from now on. The same again under its key is one subscription. Throws DatabaseUnavailable. */
export async function subscribe(
  db: Database,
  { keys, now }: { readonly keys: WebhookKeys; readonly now: () => Date },
  { key, url, kinds: wanted, email, language }: Subscription,
): Promise<Subscribed> {
  const fault = urlFault(url) ?? (isEmail(email) ? undefined : 'invalid-email');
  if (fault) return { kind: 'refused', reason: fault };
  const kinds = eventKinds.filter((kind) => wanted.includes(kind));
  const requestHash = createHash('sha256')
    .update(JSON.stringify([url, kinds, email, language]))
    .digest('hex');
  return db.transaction().execute(async (trx): Promise<Subscribed> => {
    await publishEvents(trx);
    const asked = { id: randomUUID(), key, url: new URL(url).href, kinds, email, language, requestHash };
    const added = await addWebhook(trx, { ...asked, madeAt: now(), sentId: await lastEvent(trx) });
    if (added.requestHash !== requestHash) return { kind: 'refused', reason: 'key-reused' };
    const { webhook, made } = added;
    return { kind: 'subscribed', webhook, secret: keys.secretOf(webhook.id), replayed: !made };
  });
}
