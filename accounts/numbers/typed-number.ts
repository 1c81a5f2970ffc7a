import { ACCOUNT_DIGITS, readAccountNumber } from './account-number.ts';
import { callableNumber } from './callable-number.ts';

/** What somebody typed or said to be known by. */
export type TypedNumber =
  | { readonly kind: 'account-number'; readonly number: string }
  /** E.164. */
  | { readonly kind: 'phone'; readonly number: string }
  | { readonly kind: 'mistyped'; readonly why: Mistake };

export type Mistake =
  /** Ten digits that begin as an account number, but one is wrong or two are swapped. */
  | 'check-digit'
  /** Neither a telephone number nor an account number has so many digits. */
  | 'too-short'
  | 'too-long'
  /** As many as a telephone number has, but none of its plan. */
  | 'no-such-number';

/** ITU-T E.164 §6.1, and the prefix that is dialled before it from the United States. */
const MOST_DIGITS = 15 + '011'.length;

/**
 * Reads digits as an account number or a telephone number. Ten digits that begin with 1 are an account number: no telephone number of ten digits
 * does (NANP). One of another country is typed with its code, after 011 or a plus sign.
 */
export function typedNumber(text: string): TypedNumber {
  const mistyped = (why: Mistake) => ({ kind: 'mistyped', why }) as const;
  const digits = text.replace(/\D/g, '');
  const abroad = /^\s*\+/.test(text) || digits.startsWith('011');
  const account = abroad ? 'no-account-number' : readAccountNumber(digits);
  if (account === 'sound') return { kind: 'account-number', number: digits };
  if (account === 'wrong-check-digit') return mistyped('check-digit');
  if (digits.length < (abroad ? 7 : ACCOUNT_DIGITS)) return mistyped('too-short');
  if (digits.length > (abroad ? MOST_DIGITS : ACCOUNT_DIGITS + 1)) return mistyped('too-long');
  const phone = callableNumber(abroad ? `+${digits.replace(/^011/, '')}` : digits);
  return phone.kind === 'number' ? { kind: 'phone', number: phone.number } : mistyped('no-such-number');
}
