import type { Guesses } from '#db/passcodes.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clear, clearAll, count, isLocked, lockMinutes, noGuesses } from './lock.ts';

const t = (minutes: number, ms = 0) => new Date(Date.UTC(2026, 4, 1) + minutes * 60_000 + ms);

/** Wrong guesses, one after the other, at these minutes. */
const wrong = (at: readonly Date[], from = noGuesses): Guesses =>
  at.reduce((guesses, when) => count(guesses, when).after, from);

test('three wrong ones lock for 5 minutes, three more for 30, then for 24 hours each time', () => {
  const lockedFor: number[] = [];
  let now = 0;
  let guesses = noGuesses;
  for (let lock = 0; lock < 5; lock++) {
    guesses = wrong([t(now), t(now), t(now)], guesses);
    const minutes = ((guesses.lockedUntil?.getTime() ?? 0) - t(now).getTime()) / 60_000;
    lockedFor.push(minutes);
    now += minutes;
  }
  expect(lockedFor).toEqual([5, 30, 1440, 1440, 1440]);
  expect([1, 2, 3, 4, 9].map(lockMinutes)).toEqual([5, 30, 1440, 1440, 1440]);
});

test('two wrong ones lock nothing, however long ago the first was', () => {
  const two = wrong([t(0), t(60)]);
  expect(two.lockedUntil).toBeNull();
  expect(count(two, t(10_000)).after.lockedUntil).toEqual(t(10_005));
});

test('a lock lasts to its moment: guesses in it are refused and do not make it longer', () => {
  const locked = wrong([t(0), t(0), t(0)]);
  expect(isLocked(locked, t(5, -1))).toBe(true);
  expect(count(locked, t(5, -1))).toEqual({ kind: 'locked', until: t(5), after: { ...locked, refused: 1 } });
  expect(isLocked(locked, t(5))).toBe(false);
  expect(count(locked, t(5))).toMatchObject({ kind: 'guess', nth: 4, after: { lockedUntil: null, refused: 0 } });
  expect(wrong([t(5), t(5)], locked).lockedUntil).toBeNull();
});

test('a right one makes the next lock the first again', () => {
  const once = wrong([t(0), t(0), t(0)]);
  const right = count(once, t(5));
  if (right.kind === 'locked') throw new Error('It is locked.');
  const cleared = clear(right.after, right.nth);
  expect(wrong([t(6), t(6)], cleared).lockedUntil).toBeNull();
  expect(wrong([t(6), t(6), t(6)], cleared).lockedUntil).toEqual(t(11));
});

test('a right third one leaves no lock; a right one that comes late takes nothing back of those after it', () => {
  const two = wrong([t(0), t(0)]);
  const third = count(two, t(0));
  expect(clear(third.after, 3)).toEqual({ counted: 3, cleared: 3, refused: 0, locks: 0, lockedUntil: null });
  // The first was right, and is known to be only after two wrong ones.
  const first = clear(third.after, 1);
  expect(first).toMatchObject({ lockedUntil: null, locks: 0 });
  expect(wrong([t(0)], first).lockedUntil).toEqual(t(5));
});

test('a right one of before the lock ended, or before an agent, changes nothing', () => {
  const over = wrong([t(5)], wrong([t(0), t(0), t(0)]));
  expect(clear(over, 2)).toBe(over);
  const reset = clearAll(wrong([t(0), t(0), t(0)]));
  expect(reset).toEqual({ counted: 3, cleared: 3, refused: 0, locks: 0, lockedUntil: null });
  expect(wrong([t(0), t(0), t(0)], reset).lockedUntil).toEqual(t(5));
});

test('in whatever order the answers come, it stands as if the guesses had come one after the other', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 3 }), fc.infiniteStream(fc.nat()), (rights, order) => {
      // Up to three at once: all are counted before any is answered.
      let together = noGuesses;
      rights.forEach(() => void (together = count(together, t(0)).after));
      const answers = rights.flatMap((right, index) => (right ? [index + 1] : []));
      while (answers.length > 0) {
        const [nth = 0] = answers.splice((order.next().value as number) % answers.length, 1);
        together = clear(together, nth);
      }
      let inTurn = noGuesses;
      rights.forEach((right, index) => {
        inTurn = count(inTurn, t(0)).after;
        if (right) inTurn = clear(inTurn, index + 1);
      });
      expect(together).toEqual(inTurn);
    }),
  );
});
