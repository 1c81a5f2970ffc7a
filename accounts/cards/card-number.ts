/** The networks the guide takes: "tarjeta de crédito, débito o prepagada Visa o Mastercard" (row 26). */
export type CardBrand = 'visa' | 'mastercard';

export type CardNumber =
  | { readonly kind: 'card'; readonly brand: CardBrand; readonly lastFour: string }
  | { readonly kind: 'refused'; readonly reason: 'invalid-number' | 'card-not-accepted' };

/** Length of an account number: ISO/IEC 7812-1 allows up to 19 digits, networks issue from 13. */
const SHAPE = /^\d{13,19}$/;

/** The networks' own issuer ranges, and the lengths they issue. */
const brands: readonly { brand: CardBrand; from: number; to: number; lengths: readonly number[] }[] = [
  { brand: 'visa', from: 400_000, to: 499_999, lengths: [13, 16, 19] },
  { brand: 'mastercard', from: 510_000, to: 559_999, lengths: [16] },
  { brand: 'mastercard', from: 222_100, to: 272_099, lengths: [16] },
];

/** Whether the last digit fits the others: ISO/IEC 7812-1 annex B. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, double = false; index >= 0; index--, double = !double) {
    const digit = digits.charCodeAt(index) - 48;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** Brand and last four of a number of digits only. A sound number of another network is 'card-not-accepted', a mistyped one is not. */
export function readCardNumber(digits: string): CardNumber {
  if (!SHAPE.test(digits) || !luhn(digits)) return { kind: 'refused', reason: 'invalid-number' };
  const prefix = Number(digits.slice(0, 6));
  const found = brands.find(({ from, to }) => prefix >= from && prefix <= to);
  if (!found) return { kind: 'refused', reason: 'card-not-accepted' };
  if (!found.lengths.includes(digits.length)) return { kind: 'refused', reason: 'invalid-number' };
  return { kind: 'card', brand: found.brand, lastFour: digits.slice(-4) };
}
