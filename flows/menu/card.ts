import { prompt } from '../prompt.ts';
import type { Prompt } from '../prompt.ts';
import type { Entry, Read, SecretEntry } from './entry.ts';
import type { SecretDigits } from './secret-digits.ts';

/** "tarjeta de crédito, débito o prepagada Visa o Mastercard": guide row 26. */
export type Brand = 'visa' | 'mastercard';

/** The brand of a number as it is typed; `other` as soon as it can be neither, undefined as long as that is open. */
export function brandOf(typed: SecretDigits): Brand | 'other' | undefined {
  const first = typed.at(0);
  if (first === undefined) return undefined;
  if (first === 4) return 'visa';
  if (first !== 2 && first !== 5) return 'other';
  const issuer = typed.prefix(first === 5 ? 2 : 4);
  if (issuer === undefined) return undefined;
  const mastercard = first === 5 ? issuer >= 51 && issuer <= 55 : issuer >= 2221 && issuer <= 2720;
  return mastercard ? 'mastercard' : 'other';
}

/** Whether the last digit fits the others: ISO/IEC 7812-1 annex B. */
export function luhn(typed: SecretDigits): boolean {
  let sum = 0;
  for (let index = typed.length - 1, double = false; index >= 0; index--, double = !double) {
    const digit = typed.at(index) ?? 0;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return typed.length > 0 && sum % 10 === 0;
}

/** Both brands issue 16 digits; of Visa's 13 and 19, rare as they are, the `#` or a silence tells that they are whole. */
const lengths: Readonly<Record<Brand, readonly number[]>> = { visa: [13, 16, 19], mastercard: [16] };

/**
 * A number whose sixteenth digit fits is whole; no card begins with the zero that asks for an agent. One that we cannot take is typed to its end
 * all the same: the rest of it would be the answer to what is asked next.
 */
export const isWholeNumber = (typed: SecretDigits): boolean =>
  typed.at(0) === 0 || (typed.length === 16 && luhn(typed)) || typed.length === 19;

/** What is wrong with a card number; undefined: nothing. */
export function numberRefusal(typed: SecretDigits): 'not-accepted' | 'mistyped' | undefined {
  const brand = brandOf(typed);
  if (brand === 'other') return 'not-accepted';
  return brand !== undefined && lengths[brand].includes(typed.length) && luhn(typed) ? undefined : 'mistyped';
}

export const cardNumberEntry = (into: SecretDigits): SecretEntry => ({
  ask: [prompt('card.number')],
  into,
  complete: isWholeNumber,
  wrong(typed): Prompt | undefined {
    const refusal = numberRefusal(typed);
    return refusal && prompt(refusal === 'mistyped' ? 'card.number-wrong' : 'card.not-accepted');
  },
});

/** Digits of the security code: Visa's CVV2 and Mastercard's CVC2 have three. */
const cvvLength: Readonly<Record<Brand, number>> = { visa: 3, mastercard: 3 };

export const cvvEntry = (into: SecretDigits, brand: Brand, ask = prompt('card.cvv')): SecretEntry => ({
  ask: [ask],
  into,
  complete: (typed) => typed.length === cvvLength[brand],
  wrong: (typed) => (typed.length === cvvLength[brand] ? undefined : prompt('card.cvv-wrong')),
});

export interface Month {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
}

/** Cards are issued for less than this; what is further away was mistyped. */
const yearsAhead = 20;

/** `0427` or `042027`, as it stands on the card, against this month. */
export function readExpiry(typed: string, now: Month): Month | 'mistyped' | 'expired' {
  const match = /^(0[1-9]|1[0-2])(?:20)?(\d\d)$/.exec(typed);
  if (!match) return 'mistyped';
  const expiry = { year: 2000 + Number(match[2]), month: Number(match[1]) };
  const ahead = (expiry.year - now.year) * 12 + expiry.month - now.month;
  if (ahead < 0) return 'expired';
  return ahead > yearsAhead * 12 ? 'mistyped' : expiry;
}

export const expiryEntry = (now: Month): Entry<Month> => ({
  ask: [prompt('card.expiry')],
  max: 6,
  // Of "0420" more may come: the year 2027 typed in full. No card is good until 2020.
  complete: (typed) => typed.length === 4 && !typed.endsWith('20'),
  read(typed): Read<Month> {
    const expiry = readExpiry(typed, now);
    if (expiry === 'mistyped') return { kind: 'wrong', say: prompt('card.expiry-wrong') };
    if (expiry === 'expired') return { kind: 'wrong', say: prompt('card.expired') };
    return { kind: 'value', value: expiry };
  },
});

/** The shape of a US ZIP code; 00000 is nobody's. */
export const postalCodeEntry: Entry<string> = {
  ask: [prompt('card.postal-code')],
  max: 5,
  complete: (typed) => typed.length === 5,
  read: (typed) =>
    /^(?!00000)\d{5}$/.test(typed)
      ? { kind: 'value', value: typed }
      : { kind: 'wrong', say: prompt('card.postal-code-wrong') },
};
