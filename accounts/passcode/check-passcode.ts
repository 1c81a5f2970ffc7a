import type { Database } from '#db/connect.ts';
import type { HolderActor } from '#db/enrolments.ts';
import { addPasscodeLock, takeBackPasscodeLock } from '#db/passcode-locks.ts';
import { moveHash, passcodeOf, saveGuesses } from '#db/passcodes.ts';
import { recordActivity } from '#db/unclaimed.ts';
import type { TellDeps } from '../enrolment/news.ts';
import type { PasscodeHasher } from './hasher.ts';
import { clear, count, type Counted } from './lock.ts';
import { PasscodeProof } from './proof.ts';
import { tellLocks } from './tell-lock.ts';

export interface PasscodeDeps extends TellDeps {
  readonly hasher: PasscodeHasher;
}

export interface PasscodeGuess {
  readonly accountId: string;
  /** As it was typed. */
  readonly passcode: string;
  readonly by: HolderActor;
}

export type PasscodeCheck =
  | { readonly kind: 'right'; readonly proof: PasscodeProof }
  /** Also of an account that is unknown or has no passcode, after the same work: who asks is told no more. */
  | { readonly kind: 'wrong' }
  /** Not looked at, or the third wrong one. */
  | { readonly kind: 'locked'; readonly until: Date }
  /** Not a guess: nothing was counted. */
  | { readonly kind: 'not-four-digits' };

export const isPasscode = (text: string): boolean => /^[0-9]{4}$/.test(text);

/**
 * Whether this is the account's passcode. The guess is counted, and on disk, before it is looked at: whoever hangs up, or a process that dies,
 * takes none back. The third wrong one in a row locks it and tells the holder, or leaves that to a job when it dies (tell-lock.ts). A right one is a use of the account (47 CFR 64.6130). A closed
 * account still knows its holder. Throws DatabaseUnavailable: the guess may have been counted.
 */
export async function checkPasscode(db: Database, deps: PasscodeDeps, guess: PasscodeGuess): Promise<PasscodeCheck> {
  const { accountId, passcode, by } = guess;
  if (!isPasscode(passcode)) return { kind: 'not-four-digits' };
  const at = deps.now();
  const found = await db.transaction().execute(async (trx) => {
    const kept = await passcodeOf(trx, accountId, { lock: true });
    if (!kept) return undefined;
    const counted = count(kept.guesses, at);
    await saveGuesses(trx, accountId, counted.after);
    const { locks, lockedUntil } = counted.after;
    if (counted.kind === 'guess' && lockedUntil)
      await addPasscodeLock(trx, { accountId, nth: counted.nth, locks, lockedUntil, by, at });
    return { hash: kept.hash, counted };
  });
  if (!found) {
    await deps.hasher.verify(deps.hasher.nobody, passcode);
    return { kind: 'wrong' };
  }
  const { hash, counted } = found;
  if (counted.kind === 'locked') return { kind: 'locked', until: counted.until };
  const right = await deps.hasher.verify(hash, passcode);
  return right ? accept(db, deps, { hash, nth: counted.nth }, guess, at) : reject(db, deps, counted, accountId);
}

type Looked = Extract<Counted, { kind: 'guess' }>;

async function accept(
  db: Database,
  { hasher }: PasscodeDeps,
  { hash, nth }: { readonly hash: string; readonly nth: number },
  { accountId, passcode }: PasscodeGuess,
  at: Date,
): Promise<PasscodeCheck> {
  // Before anything is locked: it takes its time.
  const moved = hasher.isOld(hash) ? await hasher.hash(passcode) : undefined;
  return db.transaction().execute(async (trx): Promise<PasscodeCheck> => {
    const kept = await passcodeOf(trx, accountId, { lock: true });
    if (!kept) return { kind: 'wrong' };
    // Another passcode was set meanwhile; or this one was said twice at once, and its digest has moved.
    if (kept.hash !== hash && !(moved !== undefined && (await hasher.verify(kept.hash, passcode))))
      return { kind: 'wrong' };
    if (kept.hash === hash && moved !== undefined) await moveHash(trx, accountId, moved);
    const cleared = clear(kept.guesses, nth);
    await saveGuesses(trx, accountId, cleared);
    // The last that was counted is the one that locked.
    if (kept.guesses.lockedUntil && !cleared.lockedUntil)
      await takeBackPasscodeLock(trx, accountId, kept.guesses.counted, at);
    await recordActivity(trx, { accountId, kind: 'sign-in', at });
    return { kind: 'right', proof: new PasscodeProof(accountId, at) };
  });
}

async function reject(db: Database, deps: TellDeps, { after }: Looked, accountId: string): Promise<PasscodeCheck> {
  const { lockedUntil } = after;
  if (!lockedUntil) return { kind: 'wrong' };
  await db.transaction().execute(async (trx) => {
    await passcodeOf(trx, accountId, { lock: true });
    await tellLocks(trx, deps, accountId);
  });
  return { kind: 'locked', until: lockedUntil };
}
