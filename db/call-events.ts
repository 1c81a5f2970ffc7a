import { sql } from 'kysely';
import type { Database } from './connect.ts';
import { storableJson } from './json.ts';

/** One line of a call's journal. */
export interface CallEvent {
  readonly callId: string;
  /** Counts up from 0 within the call. */
  readonly seq: number;
  readonly at: Date;
  readonly kind: string;
  readonly data: Record<string, unknown>;
}

/** The channel on which every new event is notified: {"callId", "seq", "kind", "at", "data"}, or {..., "truncated": true} for data. */
export const CALL_EVENT_CHANNEL = 'call_event';

/** NOTIFY takes less than 8000 bytes. */
const LONGEST_NOTICE = 7_900;

/**
 * Appends to the journal and notifies, in one statement. An event that is already there (same call and seq) is neither changed nor
 * notified again. An event too long to notify is notified without its data.
 * Throws a foreign key error when a call is not open in the database, and then keeps none of the events.
 */
export async function appendEvents(db: Database, events: readonly CallEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sql`
    with given as (
      select * from jsonb_to_recordset(${storableJson(events)}::text::jsonb)
        as event("callId" uuid, seq integer, at timestamptz, kind text, data jsonb)
    ), kept as (
      insert into call_event (call_id, seq, at, kind, data)
      select "callId", seq, at, kind, data from given
      on conflict (call_id, seq) do nothing
      returning call_id, seq, at, kind, data
    ), notices as (
      select call_id, seq, jsonb_build_object(
        'callId', call_id, 'seq', seq, 'kind', kind,
        'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as head, data
      from kept
    ), payloads as (
      select call_id, seq, head, (head || jsonb_build_object('data', data))::text as whole from notices
    )
    select pg_notify(${CALL_EVENT_CHANNEL}, case when octet_length(whole) < ${LONGEST_NOTICE}::int then whole
      else (head || '{"truncated": true}')::text end)
    from (select * from payloads order by call_id, seq) as ordered`.execute(db);
}
