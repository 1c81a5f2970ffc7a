import type { Database } from '#db/connect.ts';
import type { HolderActor } from '#db/enrolments.ts';
import { accountNumberOf } from '#db/account-look-up.ts';
import { moveHash, notePasscode, passcodeOf, saveGuesses } from '#db/passcodes.ts';
import { recordActivity } from '#db/unclaimed.ts';
import { tell, type TellDeps } from '../enrolment/news.ts';
import type { PasscodeHasher } from './hasher.ts';
import { clear, count, lockMinutes, type Counted } from './lock.ts';
import { PasscodeProof } from './proof.ts';

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
 * takes none back. The third wrong one in a row locks it and tells the holder. A right one is a use of the account (47 CFR 64.6130). A closed
 * account still knows its holder. Throws DatabaseUnavailable: the guess may have been counted.
 */
export async function checkPasscode(db: Database, deps: PasscodeDeps, guess: PasscodeGuess): Promise<PasscodeCheck> {
  const { accountId, passcode } = guess;
  if (!isPasscode(passcode)) return { kind: 'not-four-digits' };
  const at = deps.now();
  const found = await db.transaction().execute(async (trx) => {
    const kept = await passcodeOf(trx, accountId, { lock: true });
    if (!kept) return undefined;
    const counted = count(kept.guesses, at);
    await saveGuesses(trx, accountId, counted.after);
    return { hash: kept.hash, counted };
  });
  if (!found) {
    await deps.hasher.verify(deps.hasher.nobody, passcode);
    return { kind: 'wrong' };
  }
  const { hash, counted } = found;
  if (counted.kind === 'locked') return { kind: 'locked', until: counted.until };
  const right = await deps.hasher.verify(hash, passcode);
  return right ? accept(db, deps, { hash, nth: counted.nth }, guess, at) : reject(db, deps, counted, guess, at);
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
    await saveGuesses(trx, accountId, clear(kept.guesses, nth));
    await recordActivity(trx, { accountId, kind: 'sign-in', at });
    return { kind: 'right', proof: new PasscodeProof(accountId, at) };
  });
}

async function reject(
  db: Database,
  deps: TellDeps,
  { after }: Looked,
  { accountId, by }: PasscodeGuess,
  at: Date,
): Promise<PasscodeCheck> {
  const { lockedUntil, locks } = after;
  if (!lockedUntil) return { kind: 'wrong' };
  await db.transaction().execute(async (trx) => {
    const event = await notePasscode(trx, accountId, { kind: 'locked', by, at, lockedUntil });
    const number = await accountNumberOf(trx, accountId);
    const news = { kind: 'passcode-locked', minutes: lockMinutes(locks) } as const;
    await tell(trx, deps, { key: `passcode ${event}`, account: { id: accountId, number }, news });
  });
  return { kind: 'locked', until: lockedUntil };
}
