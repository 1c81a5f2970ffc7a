import { sendNotice as send, type SendDeps, type Sent } from '#accounts/notices/send.ts';
import type { Database } from '#db/connect.ts';
import { giveOutNotices } from '#db/notice-attempts.ts';
import type { Log } from './steps.ts';
import { Later } from './topic.ts';

/** A notice could not be sent now, or it is too early to ask what became of it: the queue tries again after its wait. */
export class NoticeNotSent extends Later {
  override readonly name = 'NoticeNotSent';

  constructor(reason: string) {
    super(`A notice cannot be sent yet (${reason}).`);
  }
}

export interface NoticeBench {
  readonly db: Database;
  readonly log: Log;
  readonly notices: SendDeps;
}

/** Work of the topic 'notice'. Throws NoticeNotSent, and what may pass; the same work may be given again. */
export async function sendNotice(
  { db, log, notices }: NoticeBench,
  work: { readonly noticeId: string },
): Promise<Sent['kind']> {
  const sent = await send(db, notices, work.noticeId);
  if (sent.kind === 'later') throw new NoticeNotSent(sent.reason);
  const facts = { notice: work.noticeId, ...('reason' in sent && { reason: sent.reason }) };
  log[sent.kind === 'unknown' ? 'warn' : 'info'](facts, `notice: ${sent.kind}`);
  return sent.kind;
}

/** Gives out again what was written before `before` and has not ended. Returns how much. */
export const sweepNotices = (db: Database, before: Date): Promise<number> => giveOutNotices(db, before);
