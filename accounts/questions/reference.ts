import { luhn } from '../cards/card-number.ts';

/** '482 173 061': as it is told, in threes. */
export const spokenReference = (reference: string): string => reference.replace(/(\d{3})(?=\d)/g, '$1 ');

/** The reference that somebody typed or read out, with anything between its digits. Undefined: a digit is wrong, or some are missing. */
export function typedReference(text: string): string | undefined {
  const digits = text.replace(/\D/g, '');
  return /^[1-9]\d{8}$/.test(digits) && luhn(digits) ? digits : undefined;
}
