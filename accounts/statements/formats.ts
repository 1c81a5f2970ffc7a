import type { Language } from '#db/people.ts';

const locales = { en: 'en-US', es: 'es-US' } as const;
const moneyFormats = {
  en: new Intl.NumberFormat(locales.en, { style: 'currency', currency: 'USD' }),
  es: new Intl.NumberFormat(locales.es, { style: 'currency', currency: 'USD' }),
};

/** ICU puts no-break spaces of several widths between parts; documents and tables want plain ones. */
const plain = (text: string): string => text.replace(/[\u00a0\u2009\u202f]/g, ' ');

/** '$1,234.50'. */
export const money = (cents: number, language: Language): string => plain(moneyFormats[language].format(cents / 100));

/** '-1234.50': for machines. Exact, for it never leaves the integers. */
export function decimal(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export interface DateFormats {
  /** 'May 1, 2026', '1 de mayo de 2026'. */
  readonly long: (at: Date) => string;
  /** 'May 1, 2026', '1 may 2026': the month by name, for 05/01 is a different day to either reader. */
  readonly short: (at: Date) => string;
  /** '7:05 PM'. */
  readonly time: (at: Date) => string;
  /** '2026-05-01'. */
  readonly iso: (at: Date) => string;
}

/** In the zone of whoever reads it. Throws RangeError for an unknown zone. */
export function datesIn(timeZone: string, language: Language): DateFormats {
  const locale = locales[language];
  const of = (name: string, options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(name, { timeZone, ...options });
    return (at: Date) => plain(format.format(at));
  };
  return {
    long: of(locale, { dateStyle: 'long' }),
    short: of(locale, { dateStyle: 'medium' }),
    time: of(locale, { hour: 'numeric', minute: '2-digit' }),
    iso: of('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' }),
  };
}

/** '12:05', '1:02:05'. */
export function duration(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** '(213) 555-0142' for a number of the North American plan; any other as it is. */
export const phone = (number: string): string => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');
