import { beforeEach, describe, expect, it } from 'vitest';
import { PacedQueue } from './paced-queue.ts';

const LOUD = 5000;
/** A frame that can be told from others; a quiet one has the same number at its end. */
const frame = (n: number, loud = true): Int16Array => new Int16Array(160).fill(loud ? LOUD : 0).fill(n, 159);
let queue: PacedQueue;
let said: number;
beforeEach(() => {
  queue = new PacedQueue();
  said = 0;
});
const put = (count: number, loud = true): void => {
  for (let n = 0; n < count; n += 1) queue.put(frame(said++, loud));
};
const take = (): number | undefined => queue.take()?.[159];

describe('what waits', () => {
  it('comes in its order, and nothing when nothing is there', () => {
    expect(take()).toBeUndefined();
    put(3);
    expect([take(), take(), take(), take()]).toEqual([0, 1, 2, undefined]);
  });

  it('is 200 ms at most: the oldest goes', () => {
    put(12);
    expect(Array.from({ length: 11 }, take)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, undefined]);
    expect(queue.dropped).toBe(2);
  });

  /** One comes and one is taken, so many times. */
  const pace = (times: number, loud = true): (number | undefined)[] =>
    Array.from({ length: times }, () => {
      put(1, loud);
      return take();
    });

  it('and was not needed for a second is given up in the first quiet moment, and no more than that', () => {
    put(2);
    expect(pace(60)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(queue.dropped).toBe(0);
    pace(10, false);
    expect(queue.dropped).toBe(2);
    pace(200, false);
    expect(queue.dropped).toBe(2);
  });

  it('is given up at once when it is too much to wait for a quiet moment', () => {
    put(6);
    pace(49);
    expect(queue.dropped).toBe(0);
    pace(2);
    expect(queue.dropped).toBeGreaterThanOrEqual(3);
  });

  it('is needed when it was used up even once in that second', () => {
    put(2);
    pace(30);
    expect([take(), take()]).toEqual([30, 31]);
    put(2);
    pace(19);
    pace(10, false);
    expect(queue.dropped).toBe(0);
  });

  it('is forgotten', () => {
    put(3);
    queue.clear();
    expect(take()).toBeUndefined();
    put(1);
    expect(take()).toBe(3);
  });
});
