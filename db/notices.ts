import type { Database } from './connect.ts';
import { addToOutbox } from './outbox.ts';
import type { NoticeState } from './schema/notices.ts';

/** Topic of the outbox; the payload is `{ noticeId }`. */
export const NOTICE = 'notice';

export interface NewNotice {
  readonly key: string;
  readonly accountId?: string;
  readonly at: Date;
  readonly words:
    | {
        readonly channel: 'text';
        readonly recipient: string;
        readonly body: string;
        readonly despiteOptOut: boolean;
        /** Its sender puts the digits of this proof into the body. */
        readonly proofId?: string;
      }
    | {
        readonly channel: 'e-mail';
        readonly recipient: string;
        readonly subject: string;
        readonly body: string;
        readonly confidential?: boolean;
        /** Its sender puts the token and the digits of this proof into the body. */
        readonly proofId?: string;
      };
}

/** Writes a notice and the work of sending it, in the transaction of its cause. False: this key was written before on this channel. */
export async function writeNotice(trx: Database, { key, accountId, at, words }: NewNotice): Promise<boolean> {
  const made = await trx
    .insertInto('notice')
    .values({ key, accountId: accountId ?? null, writtenAt: at, ...words })
    .onConflict((conflict) => conflict.columns(['key', 'channel']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made) await addToOutbox(trx, NOTICE, { noticeId: made.id });
  return made !== undefined;
}

/** A notice as its holder sees it. */
export interface AccountNotice {
  readonly id: string;
  readonly at: Date;
  readonly channel: 'text' | 'e-mail';
  readonly recipient: string;
  readonly subject?: string;
  readonly body: string;
  readonly state: NoticeState;
}

/** What was told of an account, the newest first, before the one with the id `before`; nothing that is confidential or has a secret to be filled in. */
export async function noticesOf(
  db: Database,
  accountId: string,
  page: { readonly limit: number; readonly before?: string | undefined },
): Promise<AccountNotice[]> {
  const { limit, before } = page;
  let query = db
    .selectFrom('notice')
    .select(['id', 'writtenAt as at', 'channel', 'recipient', 'subject', 'body', 'state'])
    .where('accountId', '=', accountId)
    .where('confidential', '=', false)
    .where('proofId', 'is', null);
  if (before !== undefined) query = query.where('id', '<', before);
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return rows.map(({ subject, ...notice }) => ({ ...notice, ...(subject !== null && { subject }) }));
}
