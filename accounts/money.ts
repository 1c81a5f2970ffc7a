declare const unit: unique symbol;
/** An amount of US dollars in whole cents; a safe integer. Made by the functions of this file, so that dollars are never taken for cents. */
export type Cents = number & { readonly [unit]: 'cents' };

export type AmountRefusal =
  'not-an-amount' | 'negative' | 'fraction-of-a-cent' | 'not-whole-dollars' | 'below-minimum' | 'above-maximum';

export type Amount =
  { readonly kind: 'amount'; readonly cents: Cents } | { readonly kind: 'refused'; readonly reason: AmountRefusal };

interface Limits {
  readonly minCents: number;
  readonly maxCents: number;
  readonly wholeDollars: boolean;
}

/** "(Minimum $2.00 Maximum $100.00)": guide row 31. */
export const DEPOSIT: Limits = { minCents: 200, maxCents: 10_000, wholeDollars: false };
/** "greater than or equal to $5 … whole dollar amount up to $100.00": guide row 43. */
export const AUTO_PAY: Limits = { minCents: 500, maxCents: 10_000, wholeDollars: true };

const refused = (reason: AmountRefusal): Amount => ({ kind: 'refused', reason });

/** `value` as cents. Throws a RangeError for what no amount can be (a fraction, NaN, beyond 2^53): a defect of the caller. */
export function cents(value: number): Cents {
  if (!Number.isSafeInteger(value)) throw new RangeError('An amount is a whole number of cents.');
  return value as Cents;
}

/**
 * The amount a person wrote: '25', '25.5', '25.50', '$25', '1,000.00'. Zeros after the second decimal are no fraction; anything else there
 * is, and is refused, not rounded. Not more than a billion dollars.
 */
export function parseDollars(text: string): Amount {
  const match = /^(-)?\$?(\d{1,3}(?:,\d{3})+|\d{1,20})(?:\.(\d{1,20}))?$/.exec(text.trim());
  if (!match) return refused('not-an-amount');
  const [, minus, dollars = '', decimals = ''] = match;
  if (minus !== undefined) return refused('negative');
  const places = decimals.replace(/0+$/, '');
  if (places.length > 2) return refused('fraction-of-a-cent');
  const whole = Number(dollars.replaceAll(',', ''));
  if (whole > 1_000_000_000) return refused('above-maximum');
  return { kind: 'amount', cents: cents(whole * 100 + Number(places.padEnd(2, '0'))) };
}

/** Whether `value` cents, from wherever they came, are within `limits`. Does not throw: a fraction or NaN is refused. */
export function within(limits: Limits, value: number): Amount {
  if (!Number.isFinite(value)) return refused('not-an-amount');
  if (value < 0) return refused('negative');
  if (!Number.isInteger(value)) return refused('fraction-of-a-cent');
  if (value < limits.minCents) return refused('below-minimum');
  if (value > limits.maxCents) return refused('above-maximum');
  if (limits.wholeDollars && value % 100 !== 0) return refused('not-whole-dollars');
  return { kind: 'amount', cents: cents(value) };
}

/** A deposit as a person wrote it: $2.00 to $100.00. */
export const depositOf = (text: string): Amount => limited(DEPOSIT, text);

/** The preset amount of AutoPay and TextPay as a person wrote it: whole dollars, $5 to $100. */
export const autoPayAmountOf = (text: string): Amount => limited(AUTO_PAY, text);

function limited(limits: Limits, text: string): Amount {
  const parsed = parseDollars(text);
  return parsed.kind === 'amount' ? within(limits, parsed.cents) : parsed;
}

/** '25.50'; a negative amount with its sign. */
export function formatDollars(value: Cents): string {
  const size = Math.abs(value);
  return `${value < 0 ? '-' : ''}${Math.floor(size / 100)}.${String(size % 100).padStart(2, '0')}`;
}
