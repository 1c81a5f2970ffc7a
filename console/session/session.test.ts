import { expect, test } from 'vitest';
import { idleOf, isToBeTold } from './idle.ts';
import { whyOut } from './why-out.ts';

const begin = Date.parse('2026-11-28T20:00:00Z');
const later = (seconds: number) => idleOf(begin, begin + seconds * 1000, 900);

test('who does nothing for 15 minutes is warned a minute before the session ends, to the second', () => {
  expect(later(0)).toEqual({ state: 'used' });
  expect(later(839)).toEqual({ state: 'used' });
  expect(later(840)).toEqual({ state: 'warned', secondsLeft: 60 });
  expect(later(899.5)).toEqual({ state: 'warned', secondsLeft: 1 });
  expect(later(900)).toEqual({ state: 'over' });
  expect(later(90_000)).toEqual({ state: 'over' });
});

test('who reads and types is told to the server once a minute', () => {
  expect(isToBeTold(begin, begin + 59_999)).toBe(false);
  expect(isToBeTold(begin, begin + 60_000)).toBe(true);
});

test('why a session is over is told as the server says', () => {
  expect(whyOut(['replaced'], 'ended')).toBe('elsewhere');
  expect(whyOut(['idle'], 'ended')).toBe('idle');
  expect(whyOut(['signed-out'], 'ended')).toBe('left');
  expect(whyOut(['password-changed'], 'first')).toBe('ended');
  expect(whyOut(['something-new', 'idle'], 'first')).toBe('idle');
  expect(whyOut([], 'first')).toBe('first');
});
