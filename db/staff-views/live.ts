import { sql } from 'kysely';
import type { CallState } from '../calls.ts';
import type { Database } from '../connect.ts';
import type { Language } from '../people.ts';
import { inFacilities, type WithinFacilities } from './range.ts';

/** A call from a facility that goes on. */
export interface LiveCall {
  readonly id: string;
  readonly facilityId: string;
  readonly facilityName: string;
  readonly personName: string | null;
  /** E.164; null: not dialled yet. */
  readonly number: string | null;
  readonly language: Language | null;
  /** What its journal says last. */
  readonly state: Exclude<CallState, 'done'>;
  /** When the telephone was picked up. */
  readonly since: Date;
}

/** Calls that go on, those that began last first; of these calls alone, where there are some. One that says itself that it is over is none. */
export const liveCallsQuery = ({ ids, facilityIds, most }: WhichLive) => sql<LiveCall>`
  select call.id, call.facility_id, facility.name as facility_name, person.name as person_name, call.number, call.language,
    coalesce(said.state, 'offHook') as state, call.off_hook_at as since
  from call join facility on facility.id = call.facility_id left join person on person.id = call.person_id
  left join lateral (
    select data ->> 'state' as state from call_event
    where call_event.call_id = call.id and kind = 'state' order by seq desc limit 1) as said on true
  where call.closed_at is null and said.state is distinct from 'done'
    ${ids === undefined ? sql`` : sql`and call.id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb))`}
    ${inFacilities('call.facility_id', facilityIds)}
  order by call.off_hook_at desc, call.id limit ${sql.lit(most)}`;

export interface WhichLive extends WithinFacilities {
  readonly ids?: readonly string[];
  readonly most: number;
}

export const liveCalls = async (db: Database, which: WhichLive): Promise<LiveCall[]> =>
  (await liveCallsQuery(which).execute(db)).rows;

/** How many calls go on. */
export async function liveCount(db: Database, { facilityIds }: WithinFacilities): Promise<number> {
  const { rows } = await sql<{ many: number }>`
    select count(*)::integer as many from call where closed_at is null ${inFacilities('facility_id', facilityIds)}`.execute(
    db,
  );
  return rows[0]?.many ?? 0;
}
