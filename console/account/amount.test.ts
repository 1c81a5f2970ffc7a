import { expect, test } from 'vitest';
import { amountOf } from './amount.ts';

test('a payment is of 2 to 100 dollars, with cents', () => {
  expect(['2', '100', '$15.25', '1.99', '100.01', 'x'].map(amountOf)).toEqual([
    200,
    10_000,
    1_525,
    undefined,
    undefined,
    undefined,
  ]);
});
