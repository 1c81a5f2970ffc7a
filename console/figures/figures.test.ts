import { expect, test } from 'vitest';
import { changesOf } from '../audit/changes.ts';
import { lineThrough, roundUp, roundUpSeconds, stacked } from './scale.ts';

test('an axis ends at a round number that nothing is above, and has four even parts', () => {
  expect([0, 1, 4, 5, 9, 11, 13, 17, 41, 99, 101, 657, 1000, 1001].map(roundUp)).toEqual([
    4, 4, 4, 8, 12, 12, 16, 20, 60, 120, 120, 800, 1200, 1200,
  ]);
  for (let value = 0; value < 3_000; value += 7) {
    expect(roundUp(value)).toBeGreaterThanOrEqual(value);
    expect(roundUp(value) % 4).toBe(0);
  }
  expect([0, 60, 61, 226, 500].map(roundUpSeconds)).toEqual([60, 60, 240, 240, 720]);
});

test('parts stand one upon the other', () => {
  expect(stacked([3, 0, 2])).toEqual([
    { from: 0, size: 3 },
    { from: 3, size: 0 },
    { from: 3, size: 2 },
  ]);
});

test('a line goes through the days that have a value, and breaks where there is none', () => {
  const ys = [1, 2.25, undefined, 4, undefined];
  expect(lineThrough(ys.map((y, x) => ({ x, y })))).toBe('M0 1 L1 2.3 M3 4');
  expect(lineThrough([])).toBe('');
});

test('an act is shown by what it changed', () => {
  expect(changesOf({ state: 'ready', since: 1 }, { state: 'away', since: 1, until: { a: 1 } })).toEqual([
    { name: 'state', was: 'ready', is: 'away' },
    { name: 'until', was: undefined, is: '{"a":1}' },
  ]);
  expect(changesOf({ state: 'ready' }, undefined)).toEqual([{ name: 'state', was: 'ready', is: undefined }]);
  expect(changesOf()).toEqual([]);
});
