import type { Database } from '#db/connect.ts';
import { endWebhook, settleWebhook, type Webhook } from '#db/webhooks.ts';
import type { Notify } from '../notices/notice.ts';
import { GIVE_UP_MS, pauseAfter } from './patience.ts';
import type { WebhookNews } from './wording.ts';

/** What became of sending. */
export type Delivery =
  | { readonly kind: 'acknowledged'; readonly upTo: string }
  /** A word without a secret: 'status-500', 'timeout', 'address-not-allowed'. */
  | { readonly kind: 'failed'; readonly why: string };

export type Settled = 'sent' | 'waits' | 'disabled' | 'not-ours';

/**
 * Writes down what became of sending. What failed is sent again after a pause that grows up to a day; after five days in a row the webhook is disabled,
 * and its owner told. Throws DatabaseUnavailable: the same is sent again then.
 */
export async function settleDelivery(
  db: Database,
  { now, notify }: { readonly now: () => Date; readonly notify: Notify<WebhookNews> },
  webhook: Webhook,
  delivery: Delivery,
): Promise<Settled> {
  const at = now();
  if (delivery.kind === 'acknowledged') {
    const sent = await settleWebhook(db, webhook, { kind: 'sent', upTo: delivery.upTo, dueAt: at });
    return sent ? 'sent' : 'not-ours';
  }
  const { id, url, email, language } = webhook;
  const failures = webhook.failures + 1;
  const since = webhook.failingSince ?? at;
  const { why } = delivery;
  return db.transaction().execute(async (trx): Promise<Settled> => {
    const dueAt = new Date(at.getTime() + pauseAfter(failures));
    if (!(await settleWebhook(trx, webhook, { kind: 'failed', failures, since, why, dueAt }))) return 'not-ours';
    if (at.getTime() - since.getTime() < GIVE_UP_MS) return 'waits';
    await endWebhook(trx, id, 'failing', at);
    const news = { kind: 'webhook-disabled', webhookId: id, host: new URL(url).host, since, why } as const;
    await notify(trx, { key: `webhook ${id} disabled ${at.toISOString()}`, language, to: { email }, news });
    return 'disabled';
  });
}
