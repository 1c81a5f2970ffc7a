/** Why a passcode is too easy to guess. */
export type Weakness = 'few-digits' | 'in-a-row' | 'a-year' | 'of-your-number' | 'of-your-account';

/** 1234, 9876, and over the edge: 7890, 3210, 1098. */
const runs = new Set(
  Array.from({ length: 10 }, (_, from) => [0, 1, 2, 3].map((step) => (from + step) % 10).join('')).flatMap((up) => [
    up,
    [...up].reverse().join(''),
  ]),
);

/**
 * What makes a passcode of four digits easy: fewer than three different digits (0000, 1212, 7707), digits in a row, a year from 1900 to 2099, the
 * last four of one of the numbers (E.164) or of the account's. About one in twelve of all.
 */
export function weaknessOf(
  passcode: string,
  about: { readonly numbers: readonly string[]; readonly accountNumber: string },
): Weakness | undefined {
  if (new Set(passcode).size < 3) return 'few-digits';
  if (runs.has(passcode)) return 'in-a-row';
  if (/^(19|20)/.test(passcode)) return 'a-year';
  if (about.numbers.some((number) => number.endsWith(passcode))) return 'of-your-number';
  return about.accountNumber.endsWith(passcode) ? 'of-your-account' : undefined;
}
