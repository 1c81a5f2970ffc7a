import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { isFacility, type WithinFacilities } from './range.ts';
import { talkSeconds } from './number.ts';

/** A call as it is listed. */
export interface ListedCall {
  readonly id: string;
  /** When the telephone was picked up. */
  readonly at: Date;
  readonly facilityId: string;
  readonly facilityName: string;
  readonly timeZone: string;
  readonly personId: string | null;
  readonly personName: string | null;
  readonly number: string | null;
  readonly disposition: string | null;
  readonly seconds: number;
  readonly recorded: boolean;
}

export interface WhichCalls extends WithinFacilities {
  readonly number?: string | undefined;
  readonly facilityId?: string | undefined;
  readonly personId?: string | undefined;
  readonly disposition?: string | undefined;
  /** From then on, before then. */
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
  /** The last of the page before. */
  readonly after?: { readonly at: Date; readonly id: string } | undefined;
  readonly most: number;
}

/** As SQL. One look into its index for each call that is listed: of a bare `exists` PostgreSQL may read all recordings at once. */
const isRecorded = sql<boolean>`coalesce((
  select true from recording where recording.call_id = call.id and recording.state in ('finished', 'stored') limit 1), false)`;

/** The newest calls first, attempts included. Its limit stands in its text: a plan for any limit would read everything. */
export function callsQuery(db: Database, which: WhichCalls) {
  const { number, facilityId, personId, disposition, from, until, after, most, facilityIds } = which;
  let query = db
    .selectFrom('call')
    .innerJoin('facility', 'facility.id', 'call.facilityId')
    .leftJoin('person', 'person.id', 'call.personId')
    .select([
      'call.id',
      'call.offHookAt as at',
      'call.facilityId',
      'facility.name as facilityName',
      'facility.timeZone',
    ])
    .select([
      'call.personId',
      'person.name as personName',
      'call.number',
      'call.disposition',
      talkSeconds.as('seconds'),
    ])
    .select(isRecorded.as('recorded'));
  if (number !== undefined) query = query.where('call.number', '=', number);
  if (facilityId !== undefined) query = query.where('call.facilityId', '=', facilityId);
  if (personId !== undefined) query = query.where('call.personId', '=', personId);
  if (disposition !== undefined) query = query.where('call.disposition', '=', disposition);
  if (facilityIds !== undefined) query = query.where(isFacility('call.facilityId', facilityIds));
  if (from !== undefined) query = query.where('call.offHookAt', '>=', from);
  if (until !== undefined) query = query.where('call.offHookAt', '<', until);
  if (after !== undefined)
    query = query
      // By this alone an index is gone down; the pair decides among those of one moment.
      .where('call.offHookAt', '<=', after.at)
      .where((eb) => eb(eb.refTuple('call.offHookAt', 'call.id'), '<', eb.tuple(after.at, after.id)));
  return query.orderBy('call.offHookAt', 'desc').orderBy('call.id', 'desc').limit(sql.lit(most));
}

export const listedCalls = (db: Database, which: WhichCalls): Promise<ListedCall[]> => callsQuery(db, which).execute();
