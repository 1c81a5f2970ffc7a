import { sql } from 'kysely';
import type { Database } from '../connect.ts';

/** "HH:MM", Pacific time. */
export interface OpeningHours {
  readonly opens: string;
  readonly closes: string;
}

export interface DeskDay {
  /** Undefined: nobody is there on this day of the week. */
  readonly usual: OpeningHours | undefined;
  readonly holiday: { readonly name: string; readonly hours: OpeningHours | undefined } | undefined;
}

/** What is known of a day (ISO date): the hours in force for its day of the week, and whether it is a holiday. */
export async function deskDay(db: Database, day: string): Promise<DeskDay> {
  const { rows } = await sql<{ what: 'usual' | 'holiday'; name: string; opens: string | null; closes: string | null }>`
    select 'usual' as what, '' as name, to_char(opens, 'HH24:MI') as opens, to_char(closes, 'HH24:MI') as closes from desk_hours
    where weekday = extract(isodow from ${day}::text::date) and in_force_from = (
      select max(in_force_from) from desk_hours where in_force_from <= ${day}::text::date)
    union all
    select 'holiday', name, to_char(opens, 'HH24:MI'), to_char(closes, 'HH24:MI') from desk_holiday
    where day = ${day}::text::date`.execute(db);
  const hoursOf = (what: 'usual' | 'holiday'): OpeningHours | undefined => {
    const { opens = null, closes = null } = rows.find((row) => row.what === what) ?? {};
    return opens === null || closes === null ? undefined : { opens, closes };
  };
  const holiday = rows.find(({ what }) => what === 'holiday');
  return { usual: hoursOf('usual'), holiday: holiday && { name: holiday.name, hours: hoursOf('holiday') } };
}
