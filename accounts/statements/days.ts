import type { Period } from '#db/statements.ts';
import { DateTime } from 'luxon';

/** By the house's own days, as everywhere (refunds/due-days.ts). */
export const ZONE = 'America/Los_Angeles';

const DAY_MS = 86_400_000;
const calendar = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** From the beginning of the first day (ISO) to the end of the last. Undefined: they are no days, the last is before the first, or more than `most`. */
export function daysOf(first: string, last: string, most: number): Period | undefined {
  const many = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  if (!(many >= 1 && many <= most)) return undefined;
  const [from, until] = [beginOf(first), beginOf(later(last, 1))];
  return from && until && { from, until };
}

/** The day (ISO) that is so many days before the one of `at`. */
export const dayBefore = (at: Date, days: number): string => later(calendar.format(at), -days);

/** On the calendar: a day has 23 or 25 hours twice a year, and a date does not know. */
const later = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Most ask about the same few days, and finding out when one began costs more than reading a statement. */
const begins = new Map<string, Date>();
const MOST_DAYS = 2_000;

function beginOf(day: string): Date | undefined {
  const known = begins.get(day);
  if (known) return known;
  const begin = DateTime.fromISO(day, { zone: ZONE }).startOf('day');
  if (!begin.isValid) return undefined;
  if (begins.size >= MOST_DAYS) begins.clear();
  begins.set(day, begin.toJSDate());
  return begin.toJSDate();
}
