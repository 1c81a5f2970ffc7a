import { sql } from 'kysely';
import type { Database } from '../connect.ts';

/** What the desk goes by on one day. */
export interface DeskTerms {
  /** That an agent has after a talk. */
  readonly wrapUpSeconds: number;
  /** Who comes when so many wait already is given no place. */
  readonly mostWaiting: number;
  readonly callBack: {
    readonly tries: number;
    /** Between two tries. */
    readonly againSeconds: number;
    /** "HH:MM" on the wall clock of whoever is called: the first minute, and the first that is too late. */
    readonly from: string;
    readonly until: string;
  };
  readonly message: { readonly mostSeconds: number; readonly keepDays: number };
}

interface Row {
  wrapUpSeconds: number;
  mostWaiting: number;
  tries: number;
  againSeconds: number;
  opens: string;
  closes: string;
  mostSeconds: number;
  keepDays: number;
}

/** The terms in force on `day` (ISO). Throws when there are none: data is missing. */
export async function deskTermsOn(db: Database, day: string): Promise<DeskTerms> {
  const { rows } = await sql<Row>`
    select wrap_up_seconds, most_waiting, call_back_tries as tries, call_back_again_seconds as again_seconds,
      to_char(call_back_from, 'HH24:MI') as opens, to_char(call_back_until, 'HH24:MI') as closes,
      message_seconds as most_seconds, message_keep_days as keep_days
    from desk_terms where in_force_from <= ${day}::text::date order by in_force_from desc limit 1`.execute(db);
  const [row] = rows;
  if (!row) throw new Error(`There are no terms of the desk for ${day}: add a row to desk_terms.`);
  const { wrapUpSeconds, mostWaiting, tries, againSeconds, opens, closes, mostSeconds, keepDays } = row;
  const callBack = { tries, againSeconds, from: opens, until: closes };
  return { wrapUpSeconds, mostWaiting, callBack, message: { mostSeconds, keepDays } };
}
