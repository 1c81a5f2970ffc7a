import type { CountryCode, NumberType } from 'libphonenumber-js/max';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { DeniedClass, DeniedPattern } from './denied-classes.ts';
import { deniedCallingCodes, deniedCodes, deniedNanp, domesticCountries } from './denied-classes.ts';

export type NumberClass = 'fixed' | 'mobile' | 'fixed-or-mobile' | 'voip';

/** What somebody dialled. `e164` has its plus; `country` is ISO 3166-1 alpha-2. */
export type DialledNumber =
  | { readonly kind: 'valid'; readonly e164: string; readonly country: string; readonly class: NumberClass }
  | { readonly kind: 'denied'; readonly class: DeniedClass; readonly e164?: string }
  | { readonly kind: 'invalid' };

export interface NumberRules {
  /** Countries that may be called, ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
}

const domesticOnly: NumberRules = { countries: domesticCountries };
const invalid: DialledNumber = { kind: 'invalid' };

/**
 * Reads what a person dialled: ten digits, 1 and ten, 011 and an international number; or the request URI that says it: its
 * user part, `+` and E.164, `tel:`, `sip:`. Whatever is not known to be callable is denied or invalid; never throws.
 */
export function dialledNumber(typed: string, rules: NumberRules = domesticOnly): DialledNumber {
  const digits = digitsOf(typed);
  if (digits === undefined) return invalid;
  if (digits.startsWith('+')) return international(digits.slice(1), rules);
  if (digits.startsWith('011')) return international(digits.slice(3), rules);
  const code = classOf(deniedCodes, digits);
  if (code) return { kind: 'denied', class: code };
  const national = /^1?([2-9]\d{9})$/.exec(digits)?.[1];
  return national === undefined ? invalid : international(`1${national}`, rules);
}

/** `number`: calling code and national number, without the plus. */
function international(number: string, rules: NumberRules): DialledNumber {
  if (!/^[1-9]\d{6,14}$/.test(number)) return invalid; // E.164 §6.2.1: at most 15 digits
  const e164 = `+${number}`;
  const denied = (as: DeniedClass): DialledNumber => ({ kind: 'denied', class: as, e164 });
  if (number.startsWith('1')) {
    const national = number.slice(1);
    if (!/^[2-9]\d{9}$/.test(national)) return invalid;
    // 911, 411 and the like in the place of the area code.
    const code = classOf(deniedCodes, national) ?? classOf(deniedNanp, national);
    if (code) return denied(code);
    if (/^...[2-9]11/.test(national)) return invalid; // no exchange is an N11 code
  } else {
    const code = classOf(deniedCallingCodes, number);
    if (code) return denied(code);
  }
  const parsed = parsePhoneNumberFromString(e164);
  if (!parsed) return invalid; // no such calling code
  const type = parsed.getType();
  const callable = type && classes[type];
  if (callable && 'denied' in callable) return denied(callable.denied);
  if (!mayHold(rules.countries, parsed.country, parsed.getPossibleCountries())) return denied('international');
  if (!callable || !parsed.country) return invalid; // a number that is not valid has no type
  return { kind: 'valid', e164: parsed.number, country: parsed.country, class: callable.class };
}

/** False when every country in which this number could lie is closed: then it is international, well formed or not. */
const mayHold = (open: readonly string[], country: CountryCode | undefined, possible: readonly CountryCode[]) =>
  country ? open.includes(country) : possible.length === 0 || possible.some((one) => open.includes(one));

const classes: Readonly<Record<NonNullable<NumberType>, { class: NumberClass } | { denied: DeniedClass }>> = {
  FIXED_LINE: { class: 'fixed' },
  MOBILE: { class: 'mobile' },
  FIXED_LINE_OR_MOBILE: { class: 'fixed-or-mobile' },
  VOIP: { class: 'voip' },
  TOLL_FREE: { denied: 'toll-free' },
  PREMIUM_RATE: { denied: 'premium' },
  SHARED_COST: { denied: 'shared-cost' },
  PERSONAL_NUMBER: { denied: 'personal' },
  PAGER: { denied: 'pager' },
  UAN: { denied: 'company' },
  VOICEMAIL: { denied: 'voicemail' },
};

const classOf = (table: readonly DeniedPattern[], digits: string): DeniedClass | undefined =>
  table.find(({ pattern }) => pattern.test(digits))?.class;

/** The digits (and `+`, `*`, `#`) of what was typed or of a request URI; undefined when there are none, or something else. */
function digitsOf(typed: string): string | undefined {
  if (typed.length > 256) return undefined;
  const [user = '', ...parameters] = typed
    .trim()
    .replace(/^(tel|sips?):/i, '')
    .replace(/@.*$/s, '')
    .split(';');
  const unescaped = user.replace(/%[\da-f]{2}/gi, (escape) => String.fromCharCode(parseInt(escape.slice(1), 16)));
  // RFC 3966 §3: visual separators mean nothing. A final # ends the entry at the keypad and is no part of it.
  const digits = unescaped.replace(/[-.() ]/g, '').replace(/(?<=^\d+)#$/, '');
  if (!/^(\+\d+|[\d*#]+)$/.test(digits)) return undefined;
  const context = parameters.map((parameter) => /^phone-context=(\+[\d-.()]+)$/i.exec(parameter)?.[1]).find(Boolean);
  const prefix = context?.replace(/[^+\d]/g, '');
  // RFC 3966 §5.1.5: a local number goes behind the prefix within which it is dialled; behind +1 it is dialled as here.
  return prefix && prefix !== '+1' && /^\d+$/.test(digits) ? prefix + digits : digits;
}
