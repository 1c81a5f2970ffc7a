export interface Expiry {
  /** 1 to 12. */
  readonly expiryMonth: number;
  /** Four digits. */
  readonly expiryYear: number;
}

/** Cards are issued for less than this; what is further away was mistyped. */
const YEARS_AHEAD = 20;

const calendar = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  calendar: 'gregory',
  numberingSystem: 'latn',
  year: 'numeric',
  month: 'numeric',
});

/** Months since the year 0 of the calendar on the wall in US Pacific time. */
function pacificMonth(at: Date): number {
  const parts = Object.fromEntries(calendar.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return (parts['year'] ?? 0) * 12 + (parts['month'] ?? 1) - 1;
}

/** A card is good until its month ends in US Pacific time, where the facilities are. */
export function hasExpired({ expiryMonth, expiryYear }: Expiry, at: Date): boolean {
  return expiryYear * 12 + expiryMonth - 1 < pacificMonth(at);
}

/** Undefined: the card is in date. 'invalid-expiry': no such month, or further away than any card is issued for. */
export function expiryRefusal(expiry: Expiry, at: Date): 'invalid-expiry' | 'expired' | undefined {
  const { expiryMonth, expiryYear } = expiry;
  if (!Number.isInteger(expiryMonth) || expiryMonth < 1 || expiryMonth > 12) return 'invalid-expiry';
  if (!Number.isInteger(expiryYear) || expiryYear < 2000) return 'invalid-expiry';
  if (expiryYear * 12 + expiryMonth - 1 > pacificMonth(at) + YEARS_AHEAD * 12) return 'invalid-expiry';
  return hasExpired(expiry, at) ? 'expired' : undefined;
}

/** '0427', '04/27', '04/2027', as keyed on a phone or written on a card. Undefined: not an expiry. */
export function parseExpiry(text: string): Expiry | undefined {
  const match = /^(0[1-9]|1[0-2])\s*\/?\s*(\d{2}|20\d{2})$/.exec(text.trim());
  if (!match) return undefined;
  const year = Number(match[2]);
  return { expiryMonth: Number(match[1]), expiryYear: year < 100 ? 2000 + year : year };
}
