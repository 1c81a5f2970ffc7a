import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** Where money of an account came from, and how much of it can still go back there. Cents. */
export type RefundSource =
  | {
      readonly kind: 'card';
      readonly depositId: string;
      readonly brand: string;
      readonly lastFour: string;
      readonly leftCents: number;
    }
  /** A cheque, a money order, a bank, MoneyGram, Western Union: paid back by cheque. */
  | { readonly kind: 'other'; readonly leftCents: number };

interface Row {
  depositId: string | null;
  brand: string | null;
  lastFour: string | null;
  leftCents: string;
}

/**
 * Every payment into an account, the last first; not those that the bank took back. What is left of a deposit cannot change as long as the caller holds the account's row: every
 * refund takes it first.
 */
export async function refundSources(db: Database, accountId: string): Promise<RefundSource[]> {
  const { rows } = await sql<Row>`
    select deposit.id as deposit_id, deposit.card_brand as brand, deposit.card_last_four as last_four,
      case when deposit.id is null then entry.cents else deposit.cents - coalesce((
        select sum(card_refund.cents) from card_refund
        where card_refund.deposit_id = deposit.id and card_refund.state <> 'declined'), 0) end as left_cents
    from ledger_account holder
    join entry on entry.ledger_account_id = holder.id and entry.cents > 0
    left join deposit on deposit.posting_id = entry.posting_id and deposit.account_id = holder.account_id
    where holder.account_id = ${accountId} and holder.kind = 'holder'
      and not exists (select from payment where payment.holder_posting_id = entry.posting_id and payment.state = 'returned')
      and (deposit.id is not null or exists (
      select from entry side join ledger_account house on house.id = side.ledger_account_id
      where side.posting_id = entry.posting_id
        and house.kind in ('card-clearing', 'cheque-clearing', 'money-transfer-clearing', 'bank-clearing', 'suspense')))
    order by entry.posting_id desc`.execute(db);
  return rows.map(({ depositId, brand, lastFour, leftCents }) => {
    const cents = Number(leftCents);
    return depositId !== null && brand !== null && lastFour !== null
      ? { kind: 'card', depositId, brand, lastFour, leftCents: cents }
      : { kind: 'other', leftCents: cents };
  });
}
