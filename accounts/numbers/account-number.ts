import { luhn } from '../cards/card-number.ts';

/** Digits of an account's number: 1, eight at random, a check digit (docs/decisions/0024). */
export const ACCOUNT_DIGITS = 10;

/** Ten digits that begin with 1: no telephone number of ten digits does (NANP). */
const LOOKS_LIKE_ONE = /^1\d{9}$/;

/**
 * Whether digits, and nothing but digits, are an account's number as far as that is to be seen. 'wrong-check-digit': as one, but a digit is wrong or
 * two are swapped.
 */
export function readAccountNumber(digits: string): 'sound' | 'wrong-check-digit' | 'no-account-number' {
  if (!LOOKS_LIKE_ONE.test(digits)) return 'no-account-number';
  return luhn(digits) ? 'sound' : 'wrong-check-digit';
}
