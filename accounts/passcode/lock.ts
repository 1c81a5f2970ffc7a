import type { Guesses } from '#db/passcodes.ts';

/** Wrong guesses in a row until it is locked. */
export const TRIES = 3;
/** How long the first lock in a row lasts, the second, the third and every later one. Minutes. */
export const LOCK_MINUTES = [5, 30, 24 * 60] as const;

export const noGuesses: Guesses = { counted: 0, cleared: 0, refused: 0, locks: 0, lockedUntil: null };

export const isLocked = ({ lockedUntil }: Guesses, at: Date): boolean =>
  lockedUntil !== null && at.getTime() < lockedUntil.getTime();

/** How many wrong guesses in a row lock, and for how long: the first lock in a row, the second, and so on; the last stands for all later ones. */
export interface LockTerms {
  readonly tries: number;
  readonly minutes: readonly number[];
}
const OF_PASSCODES: LockTerms = { tries: TRIES, minutes: LOCK_MINUTES };

/** Minutes of the lock that is the `nth` in a row, from 1. */
export const minutesOf = ({ minutes }: LockTerms, nth: number): number =>
  minutes[Math.min(nth, minutes.length) - 1] ?? 0;

/** Of a passcode's. */
export const lockMinutes = (nth: number): number => minutesOf(OF_PASSCODES, nth);

export type Counted =
  /** To be looked at. `nth`: its number, by which clear() knows it. */
  | { readonly kind: 'guess'; readonly nth: number; readonly after: Guesses }
  | { readonly kind: 'locked'; readonly until: Date; readonly after: Guesses };

/**
 * Counts a guess before it is looked at, as a wrong one: so the third locks it at once, and however many guesses come together, three are looked at.
 * A lock that is over leaves three tries, and the next lock is longer. Three: of a passcode; `terms` say otherwise.
 */
export function count(before: Guesses, at: Date, terms = OF_PASSCODES): Counted {
  const { lockedUntil } = before;
  if (lockedUntil !== null && isLocked(before, at))
    return { kind: 'locked', until: lockedUntil, after: { ...before, refused: before.refused + 1 } };
  const nth = before.counted + 1;
  const cleared = lockedUntil === null ? before.cleared : before.counted;
  const after = { ...before, counted: nth, cleared, lockedUntil: null };
  if (nth - cleared < terms.tries) return { kind: 'guess', nth, after };
  const locks = before.locks + 1;
  const until = new Date(at.getTime() + minutesOf(terms, locks) * 60_000);
  return { kind: 'guess', nth, after: { ...after, locks, lockedUntil: until } };
}

/** The `nth` guess was right: it and those before it count for nothing, as if the guesses had come one after the other. */
export function clear(now: Guesses, nth: number): Guesses {
  return nth <= now.cleared ? now : { ...now, cleared: nth, locks: 0, lockedUntil: null };
}

/** Nothing counts any more: an agent lets the holder try anew, or there is another passcode. */
export const clearAll = (now: Guesses): Guesses => ({ ...now, cleared: now.counted, locks: 0, lockedUntil: null });
