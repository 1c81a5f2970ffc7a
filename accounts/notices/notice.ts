import type { Database } from '#db/connect.ts';
import { writeNotice } from '#db/notices.ts';

/** What is sent, in the words of the feature that tells it: rendered when it is written, so that it says what was true then. */
export interface Words {
  readonly text?: string;
  /** Of a proof whose digits its sender puts into the text. */
  readonly proofId?: string;
  /** The text is the one that confirms an opt-out, and goes out in spite of it. */
  readonly despiteOptOut?: true;
  /**
   * Confidential: it has in it what somebody wrote, and no log shows it. `proofId`: of a proof whose token and digits its sender puts into the
   * body.
   */
  readonly mail?: {
    readonly subject: string;
    readonly body: string;
    readonly confidential?: true;
    readonly proofId?: string;
  };
}

/** Something to tell somebody. `News` is each feature's own. */
export interface Notice<News> {
  /** Once for each key and channel. */
  readonly key: string;
  readonly accountId?: string;
  /** The last four of the account's number: one mobile may serve several accounts. */
  readonly accountEnding?: string;
  readonly language: 'en' | 'es';
  /** Mobile: US, E.164. */
  readonly to: { readonly mobile?: string; readonly email?: string };
  readonly news: News;
}

export type Wording<News> = (notice: Pick<Notice<News>, 'news' | 'language' | 'accountEnding'>) => Words;
export type Notify<News> = (trx: Database, notice: Notice<News>) => Promise<void>;

/**
 * Writes notices in a feature's wording, one row for each channel that has an address and words, in the transaction of their cause: they
 * are sent exactly when it is committed. A key that was written before does nothing.
 */
export const notifyWith =
  <News>(wording: Wording<News>, now: () => Date): Notify<News> =>
  async (trx, notice) => {
    const { key, accountId, to } = notice;
    const { text, mail, proofId, despiteOptOut = false } = wording(notice);
    const cause = { key, at: now(), ...(accountId !== undefined && { accountId }) };
    if (to.mobile !== undefined && text !== undefined)
      await writeNotice(trx, {
        ...cause,
        words: {
          ...{ channel: 'text', recipient: to.mobile, body: text, despiteOptOut },
          ...(proofId !== undefined && { proofId }),
        },
      });
    if (to.email !== undefined && mail !== undefined)
      await writeNotice(trx, { ...cause, words: { channel: 'e-mail', recipient: to.email, ...mail } });
  };
