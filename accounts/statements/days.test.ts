import { expect, test } from 'vitest';
import { dayBefore, daysOf } from './days.ts';

const told = (first: string, last: string, most = 367) => {
  const days = daysOf(first, last, most);
  return days && [days.from.toISOString(), days.until.toISOString()];
};

test.each([
  ['2026-05-01', '2026-05-01', '2026-05-01T07:00:00.000Z', '2026-05-02T07:00:00.000Z'],
  ['2026-03-08', '2026-03-08', '2026-03-08T08:00:00.000Z', '2026-03-09T07:00:00.000Z'],
  ['2026-11-01', '2026-11-01', '2026-11-01T07:00:00.000Z', '2026-11-02T08:00:00.000Z'],
  ['2025-12-01', '2025-12-31', '2025-12-01T08:00:00.000Z', '2026-01-01T08:00:00.000Z'],
  ['2024-02-28', '2024-02-29', '2024-02-28T08:00:00.000Z', '2024-03-01T08:00:00.000Z'],
])('%s to %s is from %s before %s, also asked again', (first, last, from, until) => {
  for (let twice = 0; twice < 2; twice++) expect(told(first, last)).toEqual([from, until]);
});

test('what is no span of days, or too long a one, is none', () => {
  expect(told('2026-05-02', '2026-05-01')).toBeUndefined();
  expect(told('2026-05-01', 'tomorrow')).toBeUndefined();
  expect(told('x', '2026-05-01')).toBeUndefined();
  expect(told('2026-05-01', '2026-05-03', 3)).toBeDefined();
  expect(told('2026-05-01', '2026-05-04', 3)).toBeUndefined();
});

test('a day before is one of the house’s, not of London', () => {
  expect(dayBefore(new Date('2026-05-01T06:59:59Z'), 0)).toBe('2026-04-30');
  expect(dayBefore(new Date('2026-05-01T07:00:00Z'), 0)).toBe('2026-05-01');
  expect(dayBefore(new Date('2026-03-09T06:30:00Z'), 1)).toBe('2026-03-07');
  expect(dayBefore(new Date('2026-03-01T12:00:00Z'), 30)).toBe('2026-01-30');
});
