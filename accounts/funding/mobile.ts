import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

export type MobileRefusal = 'invalid-mobile' | 'foreign-mobile' | 'not-a-mobile';

export type Mobile =
  { readonly kind: 'mobile'; readonly number: string } | { readonly kind: 'refused'; readonly reason: MobileRefusal };

/** The United States and its territories under country code 1. */
const US: ReadonlySet<string> = new Set(['US', 'PR', 'VI', 'GU', 'AS', 'MP']);

/**
 * A mobile as a person wrote it, as E.164. Whether a US number is a mobile cannot be told from its digits (they may be carried from a
 * landline); one that surely is none, e.g. 800, is refused.
 */
export function usMobile(text: string): Mobile {
  const parsed = parsePhoneNumberFromString(text, 'US');
  if (!parsed || parsed.ext !== undefined) return { kind: 'refused', reason: 'invalid-mobile' };
  if (parsed.country === undefined ? parsed.countryCallingCode !== '1' : !US.has(parsed.country))
    return { kind: 'refused', reason: 'foreign-mobile' };
  if (!parsed.isValid()) return { kind: 'refused', reason: 'invalid-mobile' };
  const type = parsed.getType();
  if (type !== 'MOBILE' && type !== 'FIXED_LINE_OR_MOBILE') return { kind: 'refused', reason: 'not-a-mobile' };
  return { kind: 'mobile', number: parsed.number };
}
