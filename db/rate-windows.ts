import { sql } from 'kysely';
import type { Database } from './connect.ts';

export interface RateWindow {
  /** This one included. */
  readonly counted: number;
  readonly closesAt: Date;
}

/**
 * Counts that somebody (`subject`: a keyed digest, hex) does something, in the window that is open or in a new one of `windowMs`; at once, whoever counts
 * beside.
 */
export async function countInWindow(
  db: Database,
  { act, subject, windowMs }: { readonly act: string; readonly subject: string; readonly windowMs: number },
  at: Date,
): Promise<RateWindow> {
  const closesAt = new Date(at.getTime() + windowMs);
  const { rows } = await sql<RateWindow>`
    insert into rate_window (act, subject, opened_at, closes_at, counted) values (${act}, ${subject}, ${at}, ${closesAt}, 1)
    on conflict (act, subject) do update set
      opened_at = case when rate_window.closes_at <= ${at} then excluded.opened_at else rate_window.opened_at end,
      closes_at = case when rate_window.closes_at <= ${at} then excluded.closes_at else rate_window.closes_at end,
      counted = case when rate_window.closes_at <= ${at} then 1 else rate_window.counted + 1 end
    returning counted, closes_at`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('A count has no row.');
  return row;
}
