import { expect, test } from 'vitest';
import { newToken } from './keys.ts';

test('a token is 256 bits that nobody guesses: no two are alike, and every bit of them is as often set as not', () => {
  const many = 2_000;
  const tokens = Array.from({ length: many }, newToken);
  expect(new Set(tokens).size).toBe(many);
  const set = new Array<number>(256).fill(0);
  for (const token of tokens) {
    const bytes = Buffer.from(token, 'base64url');
    expect([token.length, bytes.length]).toEqual([43, 32]);
    for (let bit = 0; bit < 256; bit++) set[bit] = (set[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1);
  }
  // Of 2,000 coins 1,000 fall on one side, give or take 22: by 180 more than that none does in the life of this test.
  for (const [bit, count] of set.entries()) expect(Math.abs(count - many / 2), `bit ${bit}`).toBeLessThan(202);
});
