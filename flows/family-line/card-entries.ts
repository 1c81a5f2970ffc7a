import type { Line } from '../line.ts';
import type { Answered } from '../menu/ask-again.ts';
import { brandOf, cardNumberEntry, cvvEntry, expiryEntry, postalCodeEntry } from '../menu/card.ts';
import { enter, enterSecret } from '../menu/entry.ts';
import type { Month } from '../menu/card.ts';
import { SecretDigits } from '../menu/secret-digits.ts';
import { prompt } from '../prompt.ts';
import type { CardGiven, SavedCard } from './ports.ts';

/** A card as its holder typed it, and the digits that may be spoken. */
export interface Typed {
  readonly card: CardGiven;
  readonly lastFour: string;
}

/** The digits of one payment, in the only place where they are. */
export class CardDigits {
  readonly number = new SecretDigits();
  readonly cvv = new SecretDigits();

  wipe(): void {
    this.number.wipe();
    this.cvv.wipe();
  }
}

/** Of a saved card the code on its back is asked: who has the passcode has the card as well. */
export async function typeSaved(
  line: Line,
  { brand, lastFour }: SavedCard,
  digits: CardDigits,
): Promise<Answered<Typed>> {
  const ask = prompt('pay.code', { card: { kind: 'last-four', digits: lastFour } });
  const cvv = await enterSecret(line, cvvEntry(digits.cvv, brand, ask));
  if (cvv.kind !== 'answer') return cvv;
  return { kind: 'answer', value: { card: { kind: 'saved', cvv: digits.cvv }, lastFour } };
}

export async function typeNew(line: Line, thisMonth: Month, digits: CardDigits): Promise<Answered<Typed>> {
  const { number, cvv } = digits;
  const typed = await enterSecret(line, cardNumberEntry(number));
  if (typed.kind !== 'answer') return typed;
  const expiry = await enter(line, expiryEntry(thisMonth));
  if (expiry.kind !== 'answer') return expiry;
  const brand = brandOf(number);
  const code = await enterSecret(line, cvvEntry(cvv, brand === 'mastercard' ? brand : 'visa'));
  if (code.kind !== 'answer') return code;
  const postalCode = await enter(line, postalCodeEntry);
  if (postalCode.kind !== 'answer') return postalCode;
  const card = { kind: 'new', number, cvv, expiry: expiry.value, postalCode: postalCode.value } as const;
  return { kind: 'answer', value: { card, lastFour: number.lastFour() } };
}
