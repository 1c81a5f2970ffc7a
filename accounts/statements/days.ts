import type { Period } from '#db/statements.ts';
import { DateTime } from 'luxon';

/** By the house's own days, as everywhere (refunds/due-days.ts). */
export const ZONE = 'America/Los_Angeles';

/** From the beginning of the first day (ISO) to the end of the last. Undefined: they are no days, the last is before the first, or more than `most`. */
export function daysOf(first: string, last: string, most: number): Period | undefined {
  const [from, end] = [first, last].map((day) => DateTime.fromISO(day, { zone: ZONE }).startOf('day'));
  if (!from?.isValid || !end?.isValid || end < from || end.diff(from, 'days').days >= most) return undefined;
  return { from: from.toJSDate(), until: end.plus({ days: 1 }).toJSDate() };
}

/** The day (ISO) that is so many days before the one of `at`. */
export const dayBefore = (at: Date, days: number): string =>
  DateTime.fromJSDate(at, { zone: ZONE }).minus({ days }).toFormat('yyyy-MM-dd');
