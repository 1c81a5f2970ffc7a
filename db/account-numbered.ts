import { sql } from 'kysely';
import type { Database } from './connect.ts';

export type NumberedAccount =
  | { readonly kind: 'account'; readonly accountId: string; readonly status: 'open' | 'closed' }
  /** A digit is wrong, or two were swapped: there is no such number. */
  | { readonly kind: 'wrong-check-digit' }
  | { readonly kind: 'unknown-account' };

/** Whose account has this number: ten digits, the last a check digit. */
export async function accountNumbered(db: Database, number: string): Promise<NumberedAccount> {
  const { rows } = await sql<{ sound: boolean; id: string | null; status: 'open' | 'closed' | null }>`
    select ${number} = with_check_digit(left(${number}::text, 9)::bigint) as sound, account.id, account.status
    from (select) as one left join account on account.number = ${number}`.execute(db);
  const { sound, id, status } = rows[0] ?? { sound: false, id: null, status: null };
  if (!sound) return { kind: 'wrong-check-digit' };
  return id !== null && status !== null ? { kind: 'account', accountId: id, status } : { kind: 'unknown-account' };
}
