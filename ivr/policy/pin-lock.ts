import type { PinCount } from '#db/pin-guesses.ts';

/**
 * How often a PIN may be guessed from one phone (NIST SP 800-63B §5.2.2: a wait that grows, up to an hour). The guide says nothing of a
 * lock-out (ambiguity 9).
 */
export const pinLock = {
  /** PINs in a window, none of them right, that lock for the first time; two calls have as many tries. */
  guesses: 6,
  /** The same where a trunk does not say which of its phones calls: nobody may lock a whole facility out by mistake. */
  guessesOfTrunk: 60,
  windowSeconds: 15 * 60,
  /** After a lock, the share of the PINs above that locks again. */
  shareAfterLock: 0.5,
  /** The first lock, the second, and so on; the last one again and again. */
  lockSeconds: [60, 5 * 60, 15 * 60, 60 * 60],
  /** After so long without any PIN the next lock is the first again. */
  forgetSeconds: 24 * 60 * 60,
} as const;

const after = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000);
const secondsBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1000;

export const isLocked = (count: PinCount | undefined, at: Date): boolean =>
  count?.lockedUntil !== undefined && count.lockedUntil > at;

/**
 * The count after one more PIN, taken for wrong until it proves right. The one that reaches the limit locks and is itself still compared;
 * what comes while it is locked is counted, not compared, and makes no lock longer.
 */
export function countGuess(before: PinCount, at: Date, limit: number = pinLock.guesses): PinCount {
  const forgotten = secondsBetween(before.lastAt, at) >= pinLock.forgetSeconds;
  const { guesses, level, lockedUntil } = forgotten ? { guesses: 0, level: 0, lockedUntil: undefined } : before;
  const counted = { guesses: guesses + 1, level, lastAt: at };
  if (lockedUntil && lockedUntil > at) return { ...before, ...counted };
  const fresh = forgotten || secondsBetween(before.windowBegan, at) >= pinLock.windowSeconds || before.recent === 0;
  const recent = fresh ? 1 : before.recent + 1;
  const windowBegan = fresh ? at : before.windowBegan;
  const allowed = level === 0 ? limit : Math.ceil(limit * pinLock.shareAfterLock);
  if (recent < allowed) return { ...counted, recent, windowBegan, lockedUntil: undefined };
  const seconds = pinLock.lockSeconds[Math.min(level, pinLock.lockSeconds.length - 1)] ?? 0;
  return { ...counted, recent: 0, windowBegan: at, level: level + 1, lockedUntil: after(at, seconds) };
}
