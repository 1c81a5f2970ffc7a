import { accountNumberOf } from '#db/account-look-up.ts';
import type { Database } from '#db/connect.ts';
import { notePasscode, passcodeOf, saveGuesses } from '#db/passcodes.ts';
import { tell, type TellDeps } from '../enrolment/news.ts';
import { clearAll, isLocked } from './lock.ts';
import { tellLocks } from './tell-lock.ts';

export type PasscodeState =
  { readonly kind: 'none' | 'set' } | { readonly kind: 'locked'; readonly until: Date; readonly locks: number };

/** For agents, and for holders who are known already: whoever only guesses is not to learn it. */
export async function passcodeState(db: Database, accountId: string, at: Date): Promise<PasscodeState> {
  const kept = await passcodeOf(db, accountId);
  if (!kept) return { kind: 'none' };
  const { lockedUntil, locks } = kept.guesses;
  return lockedUntil && isLocked(kept.guesses, at) ? { kind: 'locked', until: lockedUntil, locks } : { kind: 'set' };
}

/**
 * An agent who has verified the holder lets them try again: three tries, and the next lock is the shortest. The holder is told. 'not-locked': no
 * wrong guess counts, nothing was done.
 */
export async function unlockPasscode(
  db: Database,
  deps: TellDeps,
  act: { readonly accountId: string; readonly agentId: string; readonly reason: string },
): Promise<'unlocked' | 'not-locked' | 'no-passcode' | 'reason-missing'> {
  const { accountId, agentId: id } = act;
  const reason = act.reason.trim();
  if (reason === '' || id === '') return 'reason-missing';
  return db.transaction().execute(async (trx) => {
    const kept = await passcodeOf(trx, accountId, { lock: true });
    if (!kept) return 'no-passcode';
    const { counted, cleared, locks } = kept.guesses;
    if (counted === cleared && locks === 0) return 'not-locked';
    const at = deps.now();
    // One that its guess has not told of yet is told first.
    await tellLocks(trx, deps, accountId);
    await saveGuesses(trx, accountId, clearAll(kept.guesses));
    const event = await notePasscode(trx, accountId, { kind: 'unlocked', by: { kind: 'agent', id }, at, reason });
    const account = { id: accountId, number: await accountNumberOf(trx, accountId) };
    await tell(trx, deps, { key: `passcode ${event}`, account, news: { kind: 'passcode-unlocked' } });
    return 'unlocked';
  });
}
