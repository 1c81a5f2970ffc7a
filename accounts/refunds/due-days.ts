import { DateTime } from 'luxon';
import type { DueDays } from '#db/card-refunds.ts';
import type { Database } from '#db/connect.ts';
import { refundTermsOn, type RefundTerms } from '#db/refund-terms.ts';

/** The house's own day: by it refunds are counted. */
export const dayOf = (at: Date): string => DateTime.fromJSDate(at, { zone: 'America/Los_Angeles' }).toISODate() ?? '';

const plus = (day: string, days: number): string =>
  DateTime.fromISO(day, { zone: 'utc' }).plus({ days }).toISODate() ?? '';

const isBusinessDay = (day: string, holidays: ReadonlySet<string>): boolean =>
  DateTime.fromISO(day, { zone: 'utc' }).weekday <= 5 && !holidays.has(day);

/** The `count`th business day after `day`, which is not counted itself. */
export function businessDayAfter(day: string, count: number, holidays: ReadonlySet<string>): string {
  let at = day;
  for (let left = count; left > 0;) {
    at = plus(at, 1);
    if (isBusinessDay(at, holidays)) left--;
  }
  return at;
}

/** When money given back on `day` is there: a window for cards, in business days, and one for cheques, in calendar days. */
export function dueDaysOf(
  day: string,
  { cardDays, chequeDays }: Pick<RefundTerms, 'cardDays' | 'chequeDays'>,
  holidays: ReadonlySet<string>,
): { readonly card: DueDays; readonly cheque: DueDays } {
  return {
    card: {
      from: businessDayAfter(day, cardDays.min, holidays),
      until: businessDayAfter(day, cardDays.max, holidays),
    },
    cheque: { from: plus(day, chequeDays.min), until: plus(day, chequeDays.max) },
  };
}

/** Guide rows 50 and 51, by the terms in force. */
export async function dueDays(db: Database, at: Date): Promise<ReturnType<typeof dueDaysOf>> {
  const day = dayOf(at);
  const { terms, holidays } = await refundTermsOn(db, day);
  return dueDaysOf(day, terms, holidays);
}
