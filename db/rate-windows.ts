import { sql } from 'kysely';
import type { Database } from './connect.ts';

export interface RateWindow {
  /** This one included. */
  readonly counted: number;
  readonly closesAt: Date;
}

/**
 * Counts that somebody (`subject`: a keyed digest, hex) does something, in the window that is open or in a new one of `windowMs`; at once, whoever counts
 * beside. Nobody waits for the disk: a machine that loses its power forgets the counts of its last moments, and what is done is still on disk before it is
 * answered. Not within a transaction, which would not be waited for either.
 */
export async function countInWindow(
  db: Database,
  { act, subject, windowMs }: { readonly act: string; readonly subject: string; readonly windowMs: number },
  at: Date,
): Promise<RateWindow> {
  if (db.isTransaction)
    throw new Error('Requests are counted outside of transactions: else what they do is not waited for.');
  const closesAt = new Date(at.getTime() + windowMs);
  const { rows } = await sql<RateWindow>`
    with unwaited as (select set_config('synchronous_commit', 'off', true))
    insert into rate_window (act, subject, opened_at, closes_at, counted)
      select ${act}, ${subject}, ${at}::timestamptz, ${closesAt}::timestamptz, 1 from unwaited
    on conflict (act, subject) do update set
      opened_at = case when rate_window.closes_at <= ${at} then excluded.opened_at else rate_window.opened_at end,
      closes_at = case when rate_window.closes_at <= ${at} then excluded.closes_at else rate_window.closes_at end,
      counted = case when rate_window.closes_at <= ${at} then 1 else rate_window.counted + 1 end
    returning counted, closes_at`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('A count has no row.');
  return row;
}
