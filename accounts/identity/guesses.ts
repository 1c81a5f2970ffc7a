import type { Database } from '#db/connect.ts';
import { holdGuesses, saveIdentityGuesses, type GuessedAt } from '#db/identity-guesses.ts';
import { clear, clearAll, count, minutesOf, type LockTerms } from '../passcode/lock.ts';
import type { IdentityDeps } from './ports.ts';

/** Short at first: whoever knows an address can lock it. At last five guesses in a day. */
export const PASSWORD_TERMS: LockTerms = { tries: 5, minutes: [1, 5, 30, 120, 24 * 60] };
/** Who has proven the address guesses at the answers; they are easier to know than a password. */
export const ANSWER_TERMS: LockTerms = { tries: 3, minutes: [30, 24 * 60] };
const termsOf = { password: PASSWORD_TERMS, answers: ANSWER_TERMS, 'staff-password': PASSWORD_TERMS };

/** What counting takes. */
export type GuessDeps = Pick<IdentityDeps, 'now'> & { readonly keys: Pick<IdentityDeps['keys'], 'subject'> };

export type IdentityGuess =
  | { readonly kind: 'locked'; readonly until: Date }
  /** To be looked at. `locks`: if it is wrong, it has locked for so long. */
  | {
      readonly kind: 'guess';
      readonly nth: number;
      readonly locks: { readonly minutes: number; readonly until: Date } | undefined;
    };

/** Of whom: the same for an address that nobody has. */
export const guessedAt = ({ keys }: GuessDeps, kind: GuessedAt['kind'], emailKey: string): GuessedAt => ({
  ...{ kind, subject: keys.subject(`${kind} guesses`, emailKey) },
});

/** Counts a guess, on disk, before it is looked at: a process that dies takes none back. Throws DatabaseUnavailable. */
export async function countGuess(db: Database, { now }: GuessDeps, at: GuessedAt): Promise<IdentityGuess> {
  return db.transaction().execute(async (trx): Promise<IdentityGuess> => {
    const terms = termsOf[at.kind];
    const counted = count(await holdGuesses(trx, at, now()), now(), terms);
    await saveIdentityGuesses(trx, at, counted.after, now());
    if (counted.kind === 'locked') return { kind: 'locked', until: counted.until };
    const { lockedUntil: until, locks } = counted.after;
    return {
      kind: 'guess',
      nth: counted.nth,
      locks: until ? { minutes: minutesOf(terms, locks), until } : undefined,
    };
  });
}

/** The guess was right: it and those before it count for nothing. In the transaction of what it opens. */
export async function clearGuess(trx: Database, { now }: GuessDeps, at: GuessedAt, nth: number): Promise<void> {
  await saveIdentityGuesses(trx, at, clear(await holdGuesses(trx, at, now()), nth), now());
}

/** Nothing counts any more: there is another password. */
export async function clearGuesses(trx: Database, { now }: GuessDeps, at: GuessedAt): Promise<void> {
  await saveIdentityGuesses(trx, at, clearAll(await holdGuesses(trx, at, now())), now());
}
