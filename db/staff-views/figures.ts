import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { inFacilities, type WithinFacilities } from './range.ts';
import { talkSeconds } from './number.ts';

/** From `from` on, before `until`. */
export interface Span {
  readonly from: Date;
  readonly until: Date;
}

export interface CallFigures {
  /** How many calls ended as what; those that go on are in none. */
  readonly byDisposition: Readonly<Record<string, number>>;
  /** All talks together. */
  readonly talkSeconds: number;
}

/** Calls that began in the span. */
export const callFiguresQuery = ({ from, until, facilityIds }: Span & WithinFacilities) =>
  sql<{ disposition: string; calls: string; seconds: string }>`
    select disposition, count(*) as calls, sum(${talkSeconds}) as seconds from call
    where off_hook_at >= ${from}::timestamptz and off_hook_at < ${until}::timestamptz and disposition is not null
      ${inFacilities('facility_id', facilityIds)}
    group by disposition order by disposition`;

export async function callFigures(db: Database, which: Span & WithinFacilities): Promise<CallFigures> {
  const { rows } = await callFiguresQuery(which).execute(db);
  return {
    byDisposition: Object.fromEntries(rows.map(({ disposition, calls }) => [disposition, Number(calls)])),
    talkSeconds: rows.reduce((sum, { seconds }) => sum + Number(seconds), 0),
  };
}

export interface WaitFigures {
  /** An agent talked with them. */
  readonly answered: number;
  /** They hung up, were lost, or could not be reached when they were called back. */
  readonly abandoned: number;
  /** Seconds until an agent talked with them, of those who were answered; null: nobody was. */
  readonly p50: number | null;
  readonly p95: number | null;
}

/** Those who came to wait for an agent in the span; who was passed on has come once. */
export const waitFiguresQuery = ({ from, until }: Span) => sql<WaitFigures>`
  select count(*) filter (where talking_at is not null)::integer as answered,
    count(*) filter (where talking_at is null and state = 'ended')::integer as abandoned,
    percentile_cont(0.5) within group (order by extract(epoch from talking_at - entered_at)::float8) as p50,
    percentile_cont(0.95) within group (order by extract(epoch from talking_at - entered_at)::float8) as p95
  from desk_entry
  where entered_at >= ${from}::timestamptz and entered_at < ${until}::timestamptz and from_entry_id is null`;

export async function waitFigures(db: Database, span: Span): Promise<WaitFigures> {
  const [row] = (await waitFiguresQuery(span).execute(db)).rows;
  return row ?? { answered: 0, abandoned: 0, p50: null, p95: null };
}
