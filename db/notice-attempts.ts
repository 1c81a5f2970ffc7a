import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import { addToOutbox } from './outbox.ts';
import { NOTICE } from './notices.ts';
import type { NoticeState, NoticeTable } from './schema/notices.ts';

export interface StoredNotice {
  readonly id: string;
  readonly recipient: string;
  readonly words:
    | {
        readonly channel: 'text';
        readonly body: string;
        readonly despiteOptOut: boolean;
        readonly proofId?: string;
      }
    | {
        readonly channel: 'e-mail';
        readonly subject: string;
        readonly body: string;
        readonly confidential: boolean;
        readonly proofId?: string;
      };
  readonly state: NoticeState;
  readonly writtenAt: Date;
  readonly attemptedAt?: Date;
  readonly doubtfulSince?: Date;
  readonly endedAt?: Date;
  readonly providerId?: string;
  readonly reason?: string;
}

const toNotice = (row: Selectable<NoticeTable>): StoredNotice => ({
  id: row.id,
  recipient: row.recipient,
  words:
    row.subject === null
      ? {
          ...{ channel: 'text', body: row.body, despiteOptOut: row.despiteOptOut },
          ...(row.proofId !== null && { proofId: row.proofId }),
        }
      : {
          ...{ channel: 'e-mail', subject: row.subject, body: row.body, confidential: row.confidential },
          ...(row.proofId !== null && { proofId: row.proofId }),
        },
  state: row.state,
  writtenAt: row.writtenAt,
  ...(row.attemptedAt && { attemptedAt: row.attemptedAt }),
  ...(row.doubtfulSince && { doubtfulSince: row.doubtfulSince }),
  ...(row.endedAt && { endedAt: row.endedAt }),
  ...(row.providerId !== null && { providerId: row.providerId }),
  ...(row.reason !== null && { reason: row.reason }),
});

export async function findNotice(db: Database, id: string, { lock = false } = {}): Promise<StoredNotice | undefined> {
  const query = db.selectFrom('notice').selectAll().where('id', '=', id);
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  return row && toNotice(row);
}

/** From here on `attemptId` sends it. The caller holds the notice's row. */
export async function beginAttempt(
  trx: Database,
  id: string,
  attempt: { readonly attemptId: string; readonly at: Date; readonly doubtfulSince: Date | undefined },
): Promise<void> {
  const { attemptId, at, doubtfulSince = null } = attempt;
  await trx
    .updateTable('notice')
    .set((row) => ({ state: 'sending', attemptId, attemptedAt: at, doubtfulSince, attempts: row('attempts', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

export type Ending =
  | { readonly state: 'sent'; readonly providerId: string | null }
  | { readonly state: 'failed' | 'waiting'; readonly reason: string }
  /** Ended: nobody will be asked any more. */
  | { readonly state: 'unknown'; readonly reason: string; readonly ended: boolean };

/** Writes what became of a notice; of an attempt only while it is the one that holds it. False: another does. */
export async function endAttempt(
  db: Database,
  { id, attemptId }: { readonly id: string; readonly attemptId?: string },
  ending: Ending,
  at: Date,
): Promise<boolean> {
  const open = ending.state === 'waiting' || (ending.state === 'unknown' && !ending.ended);
  const change = db.updateTable('notice').set((row) => ({
    state: ending.state,
    endedAt: open ? null : at,
    reason: ending.state === 'sent' ? null : ending.reason,
    ...(ending.state === 'sent' && { providerId: ending.providerId }),
    ...(ending.state === 'waiting' && { doubtfulSince: null }),
    ...(ending.state === 'unknown' && {
      doubtfulSince: row.fn.coalesce(row.ref('doubtfulSince'), row.ref('attemptedAt')),
    }),
  }));
  const mine = change.where('id', '=', id).where('endedAt', 'is', null);
  const query = attemptId === undefined ? mine : mine.where('attemptId', '=', attemptId).where('state', '=', 'sending');
  return (await query.executeTakeFirst()).numUpdatedRows > 0n;
}

/** Those of the provider's messages that prove no notice yet. */
export async function unclaimedMessages(db: Database, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom('notice').select('providerId').where('providerId', 'in', ids).execute();
  const claimed = new Set(rows.map(({ providerId }) => providerId));
  return ids.filter((id) => !claimed.has(id));
}

/** Gives out again what was written before `before` and has not ended: its job was lost or ran out of attempts. Returns how many. */
export async function giveOutNotices(db: Database, before: Date, limit = 1_000): Promise<number> {
  const open = db.selectFrom('notice').select('id').where('endedAt', 'is', null).where('writtenAt', '<', before);
  const rows = await open.orderBy('writtenAt').limit(limit).execute();
  for (const { id } of rows) await addToOutbox(db, NOTICE, { noticeId: id });
  return rows.length;
}

/** What became of an e-mail. */
export interface MailState {
  readonly state: NoticeState;
  /** Why it failed, waits, or is unknown. */
  readonly reason: string | undefined;
  readonly endedAt: Date | undefined;
}

/** Of the e-mail under this key. Undefined: none was written. */
export async function mailOf(db: Database, key: string): Promise<MailState | undefined> {
  const query = db.selectFrom('notice').select(['state', 'reason', 'endedAt']).where('key', '=', key);
  const row = await query.where('channel', '=', 'e-mail').executeTakeFirst();
  return row && { state: row.state, reason: row.reason ?? undefined, endedAt: row.endedAt ?? undefined };
}
