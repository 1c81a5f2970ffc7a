import { describe, expect, it } from 'vitest';
import type { PinCount } from '#db/pin-guesses.ts';
import { countGuess, isLocked, pinLock } from './pin-lock.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 1) + seconds * 1000);
const none: PinCount = { guesses: 0, recent: 0, windowBegan: at(0), level: 0, lockedUntil: undefined, lastAt: at(0) };
const guessedAt = (seconds: readonly number[], before = none, limit?: number) =>
  seconds.reduce((count, second) => countGuess(count, at(second), limit), before);
const lockedSeconds = ({ lockedUntil, lastAt }: PinCount) =>
  lockedUntil && (lockedUntil.getTime() - lastAt.getTime()) / 1000;

describe('PINs that are guessed from one phone', () => {
  it.each<[string, number[], number | undefined]>([
    ['five in a row', [0, 10, 20, 30, 40], undefined],
    ['the sixth', [0, 10, 20, 30, 40, 50], 60],
    ['the sixth in the last second of the window', [0, 1, 2, 3, 4, 899], 60],
    ['the sixth when the window is over', [0, 1, 2, 3, 4, 900], undefined],
    ['a new window, full', [0, 1, 2, 3, 4, 900, 901, 902, 903, 904, 905], 60],
    ['two after the lock', [0, 1, 2, 3, 4, 5, 65, 66], undefined],
    ['three after the lock', [0, 1, 2, 3, 4, 5, 65, 66, 67], 300],
    ['three long after the lock', [0, 1, 2, 3, 4, 5, 5000, 5001, 5002], 300],
    ['three after the lock, but slowly', [0, 1, 2, 3, 4, 5, 65, 66, 965], undefined],
    ['three after each of two locks', [0, 1, 2, 3, 4, 5, 65, 66, 67, 367, 368, 369], 900],
    ['and of three', [0, 1, 2, 3, 4, 5, 65, 66, 67, 367, 368, 369, 1269, 1270, 1271], 3600],
    [
      'an hour again and again',
      [0, 1, 2, 3, 4, 5, 65, 66, 67, 367, 368, 369, 1269, 1270, 1271, 4871, 4872, 4873],
      3600,
    ],
    ['three a day after a lock', [0, 1, 2, 3, 4, 5, 86_405, 86_406, 86_407], undefined],
    ['six a day after a lock', [0, 1, 2, 3, 4, 5, 86_405, 86_406, 86_407, 86_408, 86_409, 86_410], 60],
    ['three almost a day after a lock', [0, 1, 2, 3, 4, 5, 86_404, 86_405, 86_406], 300],
  ])('%s', (_, seconds, locked) => {
    expect(lockedSeconds(guessedAt(seconds))).toBe(locked);
  });

  it('is locked until the lock ends, and not a moment longer', () => {
    const locked = guessedAt([0, 1, 2, 3, 4, 5]);
    expect([5, 64.999, 65, 66].map((second) => isLocked(locked, at(second)))).toEqual([true, true, false, false]);
    expect(isLocked(undefined, at(0))).toBe(false);
    expect(isLocked(guessedAt([0]), at(0))).toBe(false);
  });

  it('counts what comes while it is locked, and locks no longer for it', () => {
    const locked = guessedAt([0, 1, 2, 3, 4, 5]);
    const more = guessedAt([10, 20, 30, 40], locked);
    expect(more).toEqual({ ...locked, guesses: 10, lastAt: at(40) });
    expect(lockedSeconds(guessedAt([65, 66], more))).toBeUndefined();
    expect(lockedSeconds(guessedAt([65, 66, 67], more))).toBe(300);
  });

  it('takes ten times as many where a trunk does not tell its phones apart', () => {
    const seconds = Array.from({ length: pinLock.guessesOfTrunk }, (_, second) => second);
    expect(lockedSeconds(guessedAt(seconds.slice(1), none, pinLock.guessesOfTrunk))).toBeUndefined();
    expect(lockedSeconds(guessedAt(seconds, none, pinLock.guessesOfTrunk))).toBe(60);
  });
});
