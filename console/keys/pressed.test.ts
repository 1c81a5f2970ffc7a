import { expect, test } from 'vitest';
import { moved } from '../search/move.ts';
import { pressed } from './pressed.ts';

test('single keys find, list the keys and block; g and another go to a page', () => {
  expect(['/', '?', 'b', 'g', 'x', 'Enter'].map((key) => pressed(key, false).kind)).toEqual([
    'find',
    'keys',
    'block',
    'begun',
    'nothing',
    'nothing',
  ]);
  expect(['d', 'c', 'r', 'q', 'i', 'f', 'a'].map((key) => pressed(key, true))).toEqual(
    ['desk', 'calls', 'refunds', 'cheques', 'documents', 'figures', 'audit'].map((to) => ({ kind: 'go', to })),
  );
  expect(['t', 'h', 'm'].map((key) => pressed(key, false))).toEqual(
    ['answer', 'hold', 'mute'].map((does) => ({ kind: 'phone', does })),
  );
  expect(['g', 'x', '/', 'toString'].map((key) => pressed(key, true).kind)).toEqual(Array(4).fill('nothing'));
});

test('arrows mark one result after the other, and past the last what was typed', () => {
  expect([-1, 0, 1, 2].map((marked) => moved(marked, 'ArrowDown', 3))).toEqual([0, 1, 2, -1]);
  expect([-1, 0, 1, 2].map((marked) => moved(marked, 'ArrowUp', 3))).toEqual([2, -1, 0, 1]);
  expect([moved(1, 'x', 3), moved(1, 'ArrowDown', 0)]).toEqual([1, -1]);
});
