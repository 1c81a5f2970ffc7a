import type { Database } from '../connect.ts';
import { atDesk, noteAtDesk } from './events.ts';

export interface DeskCode {
  /** '1' to '9'. */
  readonly code: string;
  readonly name: string;
}

/** What a talk can be said to have been about. */
export const deskCodes = (db: Database): Promise<DeskCode[]> =>
  db.selectFrom('deskCode').select(['code', 'name']).where('active', '=', true).orderBy('code').execute();

/**
 * Says what a talk was about, during it or at any time after; the last word counts. Only the agent who had the talk may.
 * 'no-talk': this agent had no such talk.
 */
export async function codeTalk(
  db: Database,
  said: { readonly entryId: string; readonly agentId: string; readonly code: string },
  at: Date,
): Promise<'done' | 'unknown-code' | 'no-talk'> {
  const { entryId, agentId, code } = said;
  if (!(await deskCodes(db)).some((known) => known.code === code)) return 'unknown-code';
  return atDesk(db, async (trx) => {
    const update = trx.updateTable('deskEntry').set({ code, codedAt: at });
    const talk = update.where('id', '=', entryId).where('agentId', '=', agentId).where('talkingAt', 'is not', null);
    if ((await talk.executeTakeFirst()).numUpdatedRows === 0n) return 'no-talk';
    await noteAtDesk(trx, at, 'coded', { entryId, agentId }, { code });
    return 'done';
  });
}
