/** The networks the guide takes: "tarjeta de crédito, débito o prepagada Visa o Mastercard" (row 26). */
export type CardBrand = 'visa' | 'mastercard';

export type CardNumber =
  | { readonly kind: 'card'; readonly brand: CardBrand; readonly lastFour: string }
  | { readonly kind: 'refused'; readonly reason: 'invalid-number' | 'card-not-accepted' };

/** A text, or its ASCII: a text of a card's digits stays in memory until it is collected and written over, bytes can be wiped. */
export type Digits = string | Uint8Array;

const valueAt = (digits: Digits, index: number): number =>
  (typeof digits === 'string' ? digits.charCodeAt(index) : (digits[index] ?? 0)) - 48;

export const isAllDigits = (digits: Digits): boolean => {
  for (let index = 0; index < digits.length; index++)
    if (!(valueAt(digits, index) >= 0 && valueAt(digits, index) <= 9)) return false;
  return true;
};

/** Length of an account number: ISO/IEC 7812-1 allows up to 19 digits, networks issue from 13. */
const [SHORTEST, LONGEST] = [13, 19];

/** The networks' own issuer ranges, and the lengths they issue. */
const brands: readonly { brand: CardBrand; from: number; to: number; lengths: readonly number[] }[] = [
  { brand: 'visa', from: 400_000, to: 499_999, lengths: [13, 16, 19] },
  { brand: 'mastercard', from: 510_000, to: 559_999, lengths: [16] },
  { brand: 'mastercard', from: 222_100, to: 272_099, lengths: [16] },
];

/** Whether the last digit fits the others: ISO/IEC 7812-1 annex B. */
export function luhn(digits: Digits): boolean {
  let sum = 0;
  for (let index = digits.length - 1, double = false; index >= 0; index--, double = !double) {
    const digit = valueAt(digits, index);
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** Brand and last four of a number of digits only. A sound number of another network is 'card-not-accepted', a mistyped one is not. */
export function readCardNumber(digits: Digits): CardNumber {
  const long = digits.length >= SHORTEST && digits.length <= LONGEST;
  if (!long || !isAllDigits(digits) || !luhn(digits)) return { kind: 'refused', reason: 'invalid-number' };
  let prefix = 0;
  for (let index = 0; index < 6; index++) prefix = prefix * 10 + valueAt(digits, index);
  const found = brands.find(({ from, to }) => prefix >= from && prefix <= to);
  if (!found) return { kind: 'refused', reason: 'card-not-accepted' };
  if (!found.lengths.includes(digits.length)) return { kind: 'refused', reason: 'invalid-number' };
  const lastFour = [4, 3, 2, 1].map((back) => valueAt(digits, digits.length - back)).join('');
  return { kind: 'card', brand: found.brand, lastFour };
}
