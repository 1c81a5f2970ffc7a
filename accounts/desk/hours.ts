import { DateTime } from 'luxon';
import type { Database } from '#db/connect.ts';
import { deskDay, type DeskDay, type OpeningHours } from '#db/desk/hours.ts';

export type Opening =
  | { readonly kind: 'open' }
  /** `usual`: the hours of such a day; undefined when there are none. */
  | { readonly kind: 'closed'; readonly holiday: boolean; readonly usual: OpeningHours | undefined };

/** Whether somebody is there at "HH:MM" of a day. */
export function openingOn({ usual, holiday }: DeskDay, time: string): Opening {
  const hours = holiday ? holiday.hours : usual;
  if (hours && time >= hours.opens && time < hours.closes) return { kind: 'open' };
  return { kind: 'closed', holiday: holiday !== undefined, usual };
}

/** Whether agents are there now; their day is that of the Pacific (guide row 25). */
export async function openingAt(db: Database, at: Date): Promise<Opening> {
  const there = DateTime.fromJSDate(at, { zone: 'America/Los_Angeles' });
  return openingOn(await deskDay(db, there.toFormat('yyyy-MM-dd')), there.toFormat('HH:mm'));
}
