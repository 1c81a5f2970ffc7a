import { expect, test } from 'vitest';
import { LOOK_AFTER_DAYS, nextLook } from './next-look.ts';

const DAY = 24 * 3_600_000;
const carriedOut = new Date('2026-05-04T19:00:00Z');
const after = (days: number, ms = 0) => new Date(carriedOut.getTime() + days * DAY + ms);

test('a refund is looked at again on each of its days, later than thirty days too, and then no more', () => {
  const days: Date[] = [];
  for (let at: Date | undefined = carriedOut; at;) {
    at = nextLook(carriedOut, at).lookAgainAt;
    if (at) days.push(at);
  }
  expect(days).toEqual(LOOK_AFTER_DAYS.map((day) => after(day)));
  expect(Math.max(...LOOK_AFTER_DAYS)).toBeGreaterThan(30);
  expect(nextLook(carriedOut, after(1, -1))).toEqual({ lookAgainAt: after(1) });
  expect(nextLook(carriedOut, after(45))).toEqual({});
});
