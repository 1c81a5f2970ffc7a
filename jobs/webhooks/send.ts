import type { BlockList } from 'node:net';
import type { Notify } from '#accounts/notices/notice.ts';
import type { WebhookKeys } from '#accounts/webhooks/secret.ts';
import { settleDelivery, type Delivery } from '#accounts/webhooks/settle.ts';
import type { WebhookNews } from '#accounts/webhooks/wording.ts';
import type { Database } from '#db/connect.ts';
import { eventsAfter, publishEvents, type Event } from '#db/events.ts';
import { takeWebhook, type Webhook } from '#db/webhooks.ts';
import type { Log } from '../steps.ts';
import { post } from './post.ts';

export interface WebhookParts {
  readonly keys: WebhookKeys;
  readonly notify: Notify<WebhookNews>;
  /** Networks that are not public and may be reached all the same. */
  readonly allowed: BlockList;
  /** How long a receiver may take to answer. Milliseconds. */
  readonly timeoutMs?: number;
}

export interface WebhookBench extends WebhookParts {
  readonly db: Database;
  readonly log: Log;
  readonly now: () => Date;
  /** Aborted when the process cannot wait any longer. */
  readonly signal?: AbortSignal;
}

/** Events of one request. */
const PAGE = 100;
/** Receivers that a process waits for at once: one that is slow holds up no other but the eighth. */
const LANES = 8;
const TIMEOUT_MS = 10_000;

/**
 * Tells subscribers what happened: each in the order of the events, a page to a request, the next one when the last was acknowledged with 2xx. What is
 * not acknowledged is sent again, so that everything is told at least once; who receives knows an event by its id. Any number of processes may do so.
 */
export class WebhookSender {
  readonly #bench: WebhookBench;
  readonly #sending = new Set<Promise<void>>();

  constructor(bench: WebhookBench) {
    this.#bench = bench;
  }

  /** Begins whatever is due, and does not wait for it. Throws DatabaseUnavailable. */
  async round(): Promise<void> {
    const { db, now, log, timeoutMs = TIMEOUT_MS } = this.#bench;
    await publishEvents(db);
    while (this.#sending.size < LANES) {
      const webhook = await takeWebhook(db, now(), 3 * timeoutMs);
      if (!webhook) return;
      const sending: Promise<void> = this.#tell(webhook)
        .catch((error: unknown) => log.warn({ err: error, webhook: webhook.id }, 'a webhook failed; it is tried again'))
        .finally(() => this.#sending.delete(sending));
      this.#sending.add(sending);
    }
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending);
  }

  async #tell(webhook: Webhook): Promise<void> {
    const { db, now, notify, log } = this.#bench;
    const { id, sentId, kinds } = webhook;
    const events = await eventsAfter(db, sentId, PAGE, kinds);
    const last = events.at(-1);
    if (!last) return;
    const delivery = await this.#deliver(webhook, events, last.id);
    const settled = await settleDelivery(db, { now, notify }, webhook, delivery);
    const facts = { webhook: id, events: events.length, ...(delivery.kind === 'failed' && { why: delivery.why }) };
    if (settled === 'disabled') log.error(facts, 'a webhook has failed for too long, and is disabled');
    else log[delivery.kind === 'failed' ? 'warn' : 'info'](facts, `webhook: ${settled}`);
  }

  async #deliver({ id, url }: Webhook, events: readonly Event[], upTo: string): Promise<Delivery> {
    const { keys, now, allowed, signal, timeoutMs = TIMEOUT_MS } = this.#bench;
    const body = Buffer.from(JSON.stringify({ events }));
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Homeline',
      'homeline-webhook': id,
      'homeline-signature': keys.sign(id, body, now()),
    };
    const posted = await post({ url, headers, body }, { allowed, timeoutMs, signal });
    if (posted.kind === 'failed') return posted;
    const { status } = posted;
    return status >= 200 && status < 300 ? { kind: 'acknowledged', upTo } : { kind: 'failed', why: `status-${status}` };
  }
}
