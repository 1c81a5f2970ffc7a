import { luhn, readCardNumber } from '../cards/card-number.ts';

/** Characters that no written text needs: controls but for tabs and ends of lines, and those that turn the direction of what follows. */
const NOT_WRITTEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/; // eslint-disable-line no-control-regex
/** The same for what stands on one line, as a header field does: no tab and no end of a line either (RFC 5322 §2.2). */
const NOT_ON_A_LINE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/; // eslint-disable-line no-control-regex

export type LineFault = 'missing' | 'too-long' | 'not-plain';
export type TextFault = LineFault | 'card-number';

/** Half characters, which no message and no database holds, become U+FFFD. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** What a person wrote on one line, or what is wrong with it. */
export function plainLine(
  written: string,
  most: number,
): { readonly kind: 'plain'; readonly text: string } | { readonly kind: 'fault'; readonly fault: LineFault } {
  const fault = (of: LineFault) => ({ kind: 'fault', fault: of }) as const;
  // Before it is trimmed: whoever ends a name with a line of their own means a header.
  if (NOT_ON_A_LINE.test(written)) return fault('not-plain');
  const text = wellFormed(written.trim());
  if (text === '') return fault('missing');
  return text.length > most ? fault('too-long') : { kind: 'plain', text };
}

/** A text of any number of lines, which then end with LF, or what is wrong with it. */
export function plainText(
  written: string,
  most: number,
): { readonly kind: 'plain'; readonly text: string } | { readonly kind: 'fault'; readonly fault: TextFault } {
  const fault = (of: TextFault) => ({ kind: 'fault', fault: of }) as const;
  const text = wellFormed(written.replace(/\r\n?|[\u2028\u2029]/g, '\n').trim());
  if (text === '') return fault('missing');
  if (text.length > most) return fault('too-long');
  if (NOT_WRITTEN.test(text)) return fault('not-plain');
  return hasCardNumber(text) ? fault('card-number') : { kind: 'plain', text };
}

/** Thirteen digits and more, however they are set apart. */
const LONG_NUMBER = /\d(?:[\s.\u2010-\u2015-]{0,2}\d){12,}/g;
const LENGTHS = [13, 14, 15, 16, 17, 18, 19];

/**
 * Whether there is what may be a card's number in it, which is neither kept nor sent: digits that are one of any network, or have one of those that
 * we take among them, as with a date behind it.
 */
export const hasCardNumber = (text: string): boolean =>
  (text.match(LONG_NUMBER) ?? []).some((found) => {
    const digits = found.replace(/\D/g, '');
    const starts = Array.from({ length: digits.length }, (_, from) => digits.slice(from, from + 19));
    return (
      (LENGTHS.includes(digits.length) && luhn(digits)) ||
      starts.some((rest) => LENGTHS.some((length) => readCardNumber(rest.slice(0, length)).kind === 'card'))
    );
  });
