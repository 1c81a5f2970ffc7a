import { localeOf, type Language } from './language.ts';

const formats = new Map<Language, Intl.NumberFormat>();

/** Integer cents as US dollars; money that went out has a minus of its own width. */
export function shownMoney(cents: number, language: Language): string {
  let format = formats.get(language);
  if (!format)
    formats.set(language, (format = new Intl.NumberFormat(localeOf[language], { style: 'currency', currency: 'USD' })));
  return format.format(cents / 100).replace('-', '\u2212');
}

/** Dollars that somebody typed, as cents; undefined: no amount. `15`, `15.5` and `$1,015.50` are. */
export function readMoney(typed: string): number | undefined {
  const found = /^\$?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?$/.exec(typed.trim());
  if (!found) return undefined;
  const [, dollars = '', cents = ''] = found;
  return Number(dollars.replaceAll(',', '')) * 100 + Number(cents.padEnd(2, '0'));
}
