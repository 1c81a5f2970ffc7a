import { isAllDigits, readCardNumber, type Digits } from './card-number.ts';
import { expiryRefusal, type Expiry } from './expiry.ts';
import type { Secret } from './secret.ts';

/** A card as its holder gives it. In memory only, on its way to the gateway. */
export interface CardDetails extends Expiry {
  readonly number: Secret;
  readonly cvv: Secret;
  /** US, five digits or ZIP+4. */
  readonly postalCode: string;
}

export type DetailsRefusal =
  'invalid-number' | 'card-not-accepted' | 'invalid-expiry' | 'expired' | 'invalid-cvv' | 'invalid-postal-code';

/** Visa's CVV2 and Mastercard's CVC2 have three digits. */
export const isCvv = (digits: Digits): boolean => digits.length === 3 && isAllDigits(digits);

/** The shape of a US ZIP code; 00000 is nobody's. */
export const isPostalCode = (text: string): boolean => /^(?!00000)\d{5}(?:-\d{4})?$/.test(text);

/** What is wrong with a card before anybody is asked; undefined: nothing. */
export function detailsRefusal(card: CardDetails, at: Date): DetailsRefusal | undefined {
  const number = readCardNumber(card.number.bytes);
  if (number.kind === 'refused') return number.reason;
  return (
    expiryRefusal(card, at) ??
    (isCvv(card.cvv.bytes) ? undefined : 'invalid-cvv') ??
    (isPostalCode(card.postalCode) ? undefined : 'invalid-postal-code')
  );
}

/** Ends the number and the CVV; the gateway has them, or nobody. */
export function wipe(card: CardDetails): void {
  card.number.wipe();
  card.cvv.wipe();
}
