import { expect, test } from 'vitest';
import { merged } from './merged.ts';

async function* of<T>(given: readonly T[], closed?: () => void) {
  try {
    for (const each of given) yield each;
  } finally {
    closed?.();
  }
}
async function* failing(): AsyncGenerator<number, void> {
  yield 1;
  throw new Error('away');
}

test('everything that several give comes, each in its order', async () => {
  const all: (number | string)[] = [];
  for await (const each of merged<number | string>([of([1, 2, 3]), of(['a', 'b'])])) all.push(each);
  expect(all.filter((each) => typeof each === 'number')).toEqual([1, 2, 3]);
  expect(all.filter((each) => typeof each === 'string')).toEqual(['a', 'b']);
  for await (const each of merged([])) throw new Error(String(each));
});

test('one that fails ends all, and so does who stops to listen', async () => {
  let closed = 0;
  const all = merged<number>([failing(), of([5, 6, 7, 8], () => void closed++)]);
  await expect(async () => {
    for await (const each of all) expect(each).toBeGreaterThan(0);
  }).rejects.toThrow('away');
  expect(closed).toBe(1);
  for await (const each of merged([of([1, 2], () => void closed++), of([3], () => void closed++)])) {
    expect(each).toBe(1);
    break;
  }
  await Promise.resolve();
  await new Promise(setImmediate);
  expect(closed).toBe(3);
});
