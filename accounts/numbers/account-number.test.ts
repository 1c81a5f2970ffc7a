import { expect, test } from 'vitest';
import { readAccountNumber } from './account-number.ts';

test.each([
  ['1000000008', 'sound'],
  ['1000000009', 'wrong-check-digit'],
  ['1000000080', 'wrong-check-digit'],
  // Ten digits whose check digit fits, but a telephone number.
  ['2135550148', 'no-account-number'],
  ['2000000006', 'no-account-number'],
  ['10000000080', 'no-account-number'],
  ['100000008', 'no-account-number'],
  ['', 'no-account-number'],
  ['100000000x', 'no-account-number'],
  ['1000000008\n', 'no-account-number'],
])('%j is read as: %s', (digits, read) => {
  expect(readAccountNumber(digits)).toBe(read);
});
