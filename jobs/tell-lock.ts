import type { TellDeps } from '#accounts/enrolment/news.ts';
import { TELL_AFTER_MS, tellLock as tell } from '#accounts/passcode/tell-lock.ts';
import type { Database } from '#db/connect.ts';
import { giveOutPasscodeLocks } from '#db/passcode-locks.ts';
import type { Log } from './steps.ts';
import { Later } from './topic.ts';

/** Whoever made the guess that locked may be at it still: the queue tries again after its wait. */
export class LockIsFresh extends Later {
  override readonly name = 'LockIsFresh';

  constructor() {
    super(`The lock of a passcode is not ${TELL_AFTER_MS / 1_000} seconds old.`);
  }
}

export interface LockBench {
  readonly db: Database;
  readonly log: Log;
  /** By whom holders are told of their accounts. */
  readonly holders: TellDeps;
}

/** Work of the topic 'passcode-locked'. Throws LockIsFresh, and what may pass; the same work may be given again. */
export async function tellLock(
  { db, log, holders }: LockBench,
  work: { readonly lockId: string },
): Promise<'told' | 'told-before'> {
  const told = await tell(db, holders, work.lockId);
  if (told === 'early') throw new LockIsFresh();
  // The process that locked it has died.
  if (told === 'told') log.warn({ lock: work.lockId }, 'a holder is told late that the passcode is locked');
  return told;
}

/** Gives out again what was locked before `before` and not told of. Returns how much. */
export const sweepLocks = (db: Database, before: Date): Promise<number> => giveOutPasscodeLocks(db, before);
