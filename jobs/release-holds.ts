import type { Database } from '#db/connect.ts';
import { expiredHolds, releaseHold } from '#db/holds.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { Log } from './steps.ts';

const BATCH = 500;

/**
 * Gives back what was held by those who never ended it, e.g. a process that died. A failure on one does not keep the others waiting.
 * Returns how many were released. Throws DatabaseUnavailable.
 */
export async function releaseExpiredHolds({
  db,
  log,
  now,
}: {
  readonly db: Database;
  readonly log: Log;
  readonly now: () => Date;
}): Promise<number> {
  let released = 0;
  for (const { key, accountId, reason } of await expiredHolds(db, now(), BATCH)) {
    try {
      await releaseHold(db, accountId, key, now());
      released++;
      log.warn({ hold: key, reason }, 'a hold that nobody ended has expired and is released');
    } catch (error) {
      if (isUnavailable(error)) throw error;
      log.error({ err: error, hold: key }, 'releasing an expired hold failed; it is tried again');
    }
  }
  return released;
}
