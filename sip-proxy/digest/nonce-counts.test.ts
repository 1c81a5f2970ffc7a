import { describe, expect, test } from 'vitest';
import { NonceCounts } from './nonce-counts.ts';

describe('the memory of nonce counts', () => {
  test('takes each count once, and only upwards', () => {
    const counts = new NonceCounts();
    const takes = [1, 1, 2, 5, 4, 5, 6].map((count) => counts.take('a', 100, count));
    expect(takes).toEqual([true, false, true, true, false, false, true]);
    expect(counts.take('b', 100, 1)).toBe(true);
  });

  test('stays bounded, and what it forgot is refused, with everything as old', () => {
    const counts = new NonceCounts(3);
    for (const [nonce, issuedAt] of [
      ['a', 100],
      ['b', 101],
      ['c', 102],
      ['d', 103],
    ] as const)
      expect(counts.take(nonce, issuedAt, 1)).toBe(true);
    expect(counts.dump()).toEqual({ nonces: 3 });
    expect(counts.take('a', 100, 1)).toBe(false);
    expect(counts.take('a', 100, 2)).toBe(false);
    expect(counts.take('e', 100, 1)).toBe(false);
    expect(counts.take('b', 101, 1)).toBe(false);
    expect(counts.take('b', 101, 2)).toBe(true);
    expect(counts.take('f', 101, 1)).toBe(true);
  });

  test('a flood never opens a used nonce again', () => {
    const counts = new NonceCounts(10);
    expect(counts.take('victim', 500, 1)).toBe(true);
    for (let flood = 0; flood < 1000; flood++) {
      counts.take(`flood ${flood}`, 400 + flood, 1);
      expect(counts.take('victim', 500, 1)).toBe(false);
    }
    expect(counts.dump().nonces).toBeLessThanOrEqual(10);
  });

  test('forgets what is too old to be accepted', () => {
    const counts = new NonceCounts();
    for (const issuedAt of [100, 200, 300]) counts.take(`made at ${issuedAt}`, issuedAt, 1);
    counts.forgetBefore(200);
    expect(counts.dump()).toEqual({ nonces: 2 });
    expect(counts.take('made at 100', 100, 9)).toBe(false);
    expect(counts.take('made at 200', 200, 1)).toBe(false);
    expect(counts.take('made at 200', 200, 2)).toBe(true);
    expect(counts.take('another made at 200', 200, 1)).toBe(true);
  });
});
