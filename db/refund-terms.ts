import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** How long refunds take, as it is on one day. */
export interface RefundTerms {
  /** Business days. */
  readonly cardDays: { readonly min: number; readonly max: number };
  /** Calendar days. */
  readonly chequeDays: { readonly min: number; readonly max: number };
  /** Days without any use before funds may be set aside as unclaimed. */
  readonly inactiveDays: number;
  /** Days after which a cheque in the post is stale. */
  readonly chequeStaleDays: number;
}

/** Terms in force on `day` (ISO), and the bank holidays of the two months after it. Throws when there are no terms: data is missing. */
export async function refundTermsOn(
  db: Database,
  day: string,
): Promise<{ readonly terms: RefundTerms; readonly holidays: ReadonlySet<string> }> {
  const { rows } = await sql<{
    cardDaysMin: number;
    cardDaysMax: number;
    chequeDaysMin: number;
    chequeDaysMax: number;
    inactiveDays: number;
    chequeStaleDays: number;
    holidays: string[];
  }>`
    select card_days_min, card_days_max, cheque_days_min, cheque_days_max, inactive_days, cheque_stale_days, (
      select coalesce(jsonb_agg(to_char(day, 'YYYY-MM-DD')), '[]') from bank_holiday
      where day between ${day}::text::date and ${day}::text::date + 62) as holidays
    from refund_terms where in_force_from <= ${day}::text::date order by in_force_from desc limit 1`.execute(db);
  const [row] = rows;
  if (!row) throw new Error(`There are no refund terms for ${day}: add a row to refund_terms.`);
  return {
    terms: {
      cardDays: { min: row.cardDaysMin, max: row.cardDaysMax },
      chequeDays: { min: row.chequeDaysMin, max: row.chequeDaysMax },
      inactiveDays: row.inactiveDays,
      chequeStaleDays: row.chequeStaleDays,
    },
    holidays: new Set(row.holidays),
  };
}
