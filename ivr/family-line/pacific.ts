import { DateTime } from 'luxon';
import type { CalendarDay } from '#flows/spoken/value.ts';

/** Where the facilities and the agents are. */
const zone = 'America/Los_Angeles';

/** What a clock on the wall there shows. */
export function pacificTime(at: Date): { readonly hour: number; readonly minute: number } {
  const { hour, minute } = DateTime.fromJSDate(at, { zone });
  return { hour, minute };
}

/** The day and the hour on the wall there. */
export function pacific(at: Date): CalendarDay & { readonly hour: number } {
  const { year, month, day, hour } = DateTime.fromJSDate(at, { zone });
  return { year, month, day, hour };
}
