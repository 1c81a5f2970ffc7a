import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { EventKind } from './events.ts';
import type { Language } from './people.ts';
import type { WebhookTable } from './schema/events.ts';

/** Where a web or app layer is told what happens. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly kinds: readonly EventKind[];
  /** Who is told when it is disabled. */
  readonly email: string;
  readonly language: Language;
  readonly madeAt: Date;
  /** Everything up to here was acknowledged. */
  readonly sentId: string;
  /** In a row. */
  readonly failures: number;
  readonly failingSince?: Date;
  readonly lastFailure?: string;
  readonly dueAt: Date;
  readonly ended?: { readonly at: Date; readonly as: NonNullable<WebhookTable['endedAs']> };
}

const toWebhook = (row: Selectable<WebhookTable>): Webhook => ({
  ...{ id: row.id, url: row.url, kinds: row.kinds, email: row.email, language: row.language, madeAt: row.madeAt },
  ...{ sentId: row.sentSeq, failures: row.failures, dueAt: row.dueAt },
  ...(row.failingSince && { failingSince: row.failingSince }),
  ...(row.lastFailure !== null && { lastFailure: row.lastFailure }),
  ...(row.endedAt && row.endedAs && { ended: { at: row.endedAt, as: row.endedAs } }),
});

export type NewWebhook = Pick<Webhook, 'id' | 'url' | 'kinds' | 'email' | 'language' | 'madeAt' | 'sentId'> & {
  readonly key: string;
  readonly requestHash: string;
};

/** Adds a subscription, or gives the one of this key; `requestHash`: of what that one was asked for with. */
export async function addWebhook(
  db: Database,
  { key, kinds, sentId, ...row }: NewWebhook,
): Promise<{ readonly webhook: Webhook; readonly requestHash: string; readonly made: boolean }> {
  const made = await db
    .insertInto('webhook')
    .values({ ...row, idempotencyKey: key, kinds: JSON.stringify(kinds), sentSeq: sentId, dueAt: row.madeAt })
    .onConflict((conflict) => conflict.column('idempotencyKey').doNothing())
    .returningAll()
    .executeTakeFirst();
  const there =
    made ?? (await db.selectFrom('webhook').selectAll().where('idempotencyKey', '=', key).executeTakeFirstOrThrow());
  return { webhook: toWebhook(there), requestHash: there.requestHash, made: made !== undefined };
}

/** Those that have not been deleted, the newest first. */
export async function listWebhooks(db: Database): Promise<Webhook[]> {
  const query = db
    .selectFrom('webhook')
    .selectAll()
    .where((eb) => eb.or([eb('endedAs', 'is', null), eb('endedAs', '=', 'failing')]));
  return (await query.orderBy('madeAt', 'desc').orderBy('id').limit(500).execute()).map(toWebhook);
}

/** Ends one for good, or takes a disabled one up again from the event after which it was left. False: there is none such. */
export async function endWebhook(db: Database, id: string, as: 'deleted' | 'failing', at: Date): Promise<boolean> {
  const open = db.updateTable('webhook').set({ endedAt: at, endedAs: as, leasedUntil: null }).where('id', '=', id);
  const done = as === 'deleted' ? open.where((eb) => eb.or([eb('endedAs', 'is', null), eb('endedAs', '=', 'failing')])) : open.where('endedAt', 'is', null); // prettier-ignore
  return (await done.executeTakeFirst()).numUpdatedRows === 1n;
}

export async function resumeWebhook(db: Database, id: string, at: Date): Promise<boolean> {
  const fresh = { endedAt: null, endedAs: null, failures: 0, failingSince: null, lastFailure: null, dueAt: at };
  const disabled = db.updateTable('webhook').set(fresh).where('id', '=', id).where('endedAs', '=', 'failing');
  return (await disabled.executeTakeFirst()).numUpdatedRows === 1n;
}

/** Takes the one that has waited longest and has something to be told, for so long; nobody else has it meanwhile. Undefined: none has. */
export async function takeWebhook(db: Database, at: Date, leaseMs: number): Promise<Webhook | undefined> {
  const until = new Date(at.getTime() + leaseMs);
  const { rows } = await sql<Selectable<WebhookTable>>`
    update webhook set leased_until = ${until}::timestamptz where id = (
      select id from webhook
      where ended_at is null and due_at <= ${at}::timestamptz and coalesce(leased_until <= ${at}::timestamptz, true)
        and exists (select from event where event.seq > webhook.sent_seq and webhook.kinds ? event.kind::text)
      order by due_at, id limit 1 for no key update skip locked)
    returning *`.execute(db);
  return rows[0] && toWebhook(rows[0]);
}

/** What became of sending: acknowledged up to there, or failed, and when it is tried again. False: somebody else has it, or it has ended. */
export async function settleWebhook(
  trx: Database,
  { id, sentId }: Pick<Webhook, 'id' | 'sentId'>,
  end:
    | { readonly kind: 'sent'; readonly upTo: string; readonly dueAt: Date }
    | {
        readonly kind: 'failed';
        readonly failures: number;
        readonly since: Date;
        readonly why: string;
        readonly dueAt: Date;
      },
): Promise<boolean> {
  const { dueAt } = end;
  const set =
    end.kind === 'sent'
      ? { sentSeq: end.upTo, failures: 0, failingSince: null, lastFailure: null, dueAt, leasedUntil: null }
      : { failures: end.failures, failingSince: end.since, lastFailure: end.why, dueAt, leasedUntil: null };
  const mine = trx.updateTable('webhook').set(set).where('id', '=', id).where('sentSeq', '=', sentId);
  return (await mine.where('endedAt', 'is', null).executeTakeFirst()).numUpdatedRows === 1n;
}
