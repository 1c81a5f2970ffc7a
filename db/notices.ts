import type { Database } from './connect.ts';
import { addToOutbox } from './outbox.ts';

/** Topic of the outbox; the payload is `{ noticeId }`. */
export const NOTICE = 'notice';

export interface NewNotice {
  readonly key: string;
  readonly accountId?: string;
  readonly at: Date;
  readonly words:
    | { readonly channel: 'text'; readonly recipient: string; readonly body: string; readonly despiteOptOut: boolean }
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
