import { expect, test } from 'vitest';
import { barOf, fitted, loudestOf, peaksOf, type Peak } from './peaks.ts';
import { moveOf } from './seek.ts';

test('a part is drawn around the middle, never thinner than a line, never outside', () => {
  expect(barOf([-1, 1], 50)).toEqual({ top: 0, length: 50 });
  expect(barOf([-0.5, 0.5], 50)).toEqual({ top: 12.5, length: 25 });
  expect(barOf([0, 0], 50)).toEqual({ top: 25, length: 1 });
  expect(barOf([-3, -2], 50)).toEqual({ top: 49, length: 1 });
});

test('what is quiet is drawn larger, silence is not', () => {
  const quiet: Peak[] = [[-0.1, 0.2]];
  expect(loudestOf([quiet, [[-0.4, 0.1]]])).toBe(0.4);
  expect(loudestOf([[[-0.001, 0.001]]])).toBe(0.05);
  expect(loudestOf([])).toBe(0.05);
});

test('parts are put together so that none of the loudness is lost, and spread where there are too few', () => {
  const channel: Peak[] = [
    [-0.1, 0.1],
    [-0.9, 0.2],
    [-0.2, 0.8],
    [-0.3, 0.3],
  ];
  expect(fitted(channel, 2)).toEqual([
    [-0.9, 0.2],
    [-0.3, 0.8],
  ]);
  expect(fitted(channel, 8)).toHaveLength(8);
  expect(fitted(channel, 8)[7]).toEqual([-0.3, 0.3]);
  expect(fitted([], 8)).toEqual([]);
});

test('the API tells of each part each channel, in hundredths', () => {
  const parts = [
    [[-100, 50], [0, 7]], // prettier-ignore
    [[-20, 10]],
  ];
  expect(peaksOf(parts)).toEqual([
    [[-1, 0.5], [-0.2, 0.1]], // prettier-ignore
    [[0, 0.07], [0, 0]], // prettier-ignore
  ]);
  expect(peaksOf([])).toEqual([]);
});

const at = { seconds: 20, of: 60, speed: 1 };
test.each<[string, boolean, ReturnType<typeof moveOf>]>([
  [' ', false, { kind: 'toggle' }],
  ['ArrowLeft', false, { kind: 'seek', seconds: 15 }],
  ['ArrowRight', false, { kind: 'seek', seconds: 25 }],
  ['ArrowRight', true, { kind: 'seek', seconds: 50 }],
  ['ArrowLeft', true, { kind: 'seek', seconds: 0 }],
  ['Home', false, { kind: 'seek', seconds: 0 }],
  ['End', false, { kind: 'seek', seconds: 60 }],
  [',', false, { kind: 'speed', speed: 0.75 }],
  ['.', false, { kind: 'speed', speed: 1.25 }],
  ['>', true, { kind: 'speed', speed: 1.25 }],
  ['x', false, undefined],
])('the key “%s” (shift: %s) moves the player', (key, shift, move) => {
  expect(moveOf(key, shift, at)).toEqual(move);
});

test('nothing leads out of the recording, or past the fastest and the slowest', () => {
  expect(moveOf('ArrowRight', true, { ...at, seconds: 50 })).toEqual({ kind: 'seek', seconds: 60 });
  expect(moveOf(',', false, { ...at, speed: 1.5 })).toEqual({ kind: 'speed', speed: 1.25 });
  expect(moveOf('.', false, { ...at, speed: 2 })).toEqual({ kind: 'speed', speed: 2 });
  expect(moveOf(',', false, { ...at, speed: 0.75 })).toEqual({ kind: 'speed', speed: 0.75 });
});
