import { expect, test } from 'vitest';
import { asItCame, lookingOf, viewAfter, type Looking, type View } from './view.ts';

const after = (...all: Looking[]): View => all.reduce(viewAfter, asItCame);

test('a picture is brought closer step by step, no further than four times, and back to as it came', () => {
  expect(['closer', 'closer', 'closer', 'closer', 'closer'].map((_, nth, all) => after(...(all.slice(0, nth + 1) as Looking[])).zoom)).toEqual([1.5, 2, 3, 4, 4]); // prettier-ignore
  expect(after('closer', 'closer', 'further').zoom).toBe(1.5);
  expect(after('further')).toEqual(asItCame);
});

test('it is turned by quarters, all the way round, and stays as close as it was', () => {
  const turns = [1, 2, 3, 4].map((many) => after(...Array<Looking>(many).fill('turn')).turn);
  expect(turns).toEqual([90, 180, 270, 0]);
  expect(after('closer', 'turn')).toEqual({ zoom: 1.5, turn: 90 });
  expect(after('closer', 'turn', 'closer')).toEqual({ zoom: 2, turn: 90 });
  expect(after('closer', 'turn', 'reset')).toEqual(asItCame);
});

test('keys do that, and no others do anything', () => {
  expect(['+', '=', '-', 'r', 'R', '0'].map(lookingOf)).toEqual([
    ...['closer', 'closer', 'further', 'turn', 'turn', 'reset'],
  ]);
  expect(['x', 'ArrowLeft', 'toString', ' '].map(lookingOf)).toEqual(Array(4).fill(undefined));
});
