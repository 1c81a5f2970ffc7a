import { accountNumberOf } from '#db/account-look-up.ts';
import type { Database } from '#db/connect.ts';
import { openPasscodeLock, takePasscodeLocks } from '#db/passcode-locks.ts';
import { notePasscode, passcodeOf } from '#db/passcodes.ts';
import { tell, type TellDeps } from '../enrolment/news.ts';
import { lockMinutes } from './lock.ts';

/**
 * How long a lock is left to the guess that made it, which tells of it when it was wrong and takes it back when it was right: far longer than a
 * guess is looked at. Milliseconds.
 */
export const TELL_AFTER_MS = 10_000;

/** Tells the holder of the locks that nobody has told of, once. The caller holds the passcode's row. */
export async function tellLocks(trx: Database, deps: TellDeps, accountId: string): Promise<void> {
  for (const { by, at, lockedUntil, locks } of await takePasscodeLocks(trx, accountId, deps.now())) {
    const event = await notePasscode(trx, accountId, { kind: 'locked', by, at, lockedUntil });
    const number = await accountNumberOf(trx, accountId);
    const news = { kind: 'passcode-locked', minutes: lockMinutes(locks) } as const;
    await tell(trx, deps, { key: `passcode ${event}`, account: { id: accountId, number }, news });
  }
}

/**
 * Tells of a lock whose guess has not done so: its process died, perhaps before the guess was looked at. 'early': it may be at it still. May run any
 * number of times, in any number of processes. Throws DatabaseUnavailable.
 */
export async function tellLock(
  db: Database,
  deps: TellDeps,
  lockId: string,
): Promise<'told' | 'told-before' | 'early'> {
  return db.transaction().execute(async (trx) => {
    const accountId = (await openPasscodeLock(trx, lockId))?.accountId;
    if (accountId === undefined) return 'told-before';
    await passcodeOf(trx, accountId, { lock: true });
    // It may have been told of, or taken back, while the row was waited for.
    const lock = await openPasscodeLock(trx, lockId);
    if (!lock) return 'told-before';
    if (deps.now().getTime() - lock.at.getTime() < TELL_AFTER_MS) return 'early';
    await tellLocks(trx, deps, accountId);
    return 'told';
  });
}
