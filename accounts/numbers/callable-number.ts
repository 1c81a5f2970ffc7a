import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

export type NumberRefusal = 'invalid-number' | 'not-a-personal-number';

export type CallableNumber =
  { readonly kind: 'number'; readonly number: string } | { readonly kind: 'refused'; readonly reason: NumberRefusal };

/** Nobody lives there, and facilities do not call them (rules.md, "The call": 800, 900 and the like). */
const NOT_PERSONAL: ReadonlySet<string> = new Set(['TOLL_FREE', 'PREMIUM_RATE', 'SHARED_COST', 'UAN', 'VOICEMAIL']);

/** A number that may be called, as a person wrote it, as E.164; of any country, which one without a country code is the United States'. */
export function callableNumber(text: string): CallableNumber {
  const parsed = parsePhoneNumberFromString(text, 'US');
  if (!parsed || parsed.ext !== undefined || !parsed.isValid()) return { kind: 'refused', reason: 'invalid-number' };
  const type = parsed.getType();
  if (type !== undefined && NOT_PERSONAL.has(type)) return { kind: 'refused', reason: 'not-a-personal-number' };
  return { kind: 'number', number: parsed.number };
}
