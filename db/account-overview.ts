import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** What a holder sees first (guide row 38). */
export interface AccountOverview {
  readonly accountId: string;
  readonly accountNumber: string;
  readonly status: 'open' | 'closed';
  /** E.164: the number it was opened with if it still has it, else the oldest. Absent: it has none. */
  readonly phone?: string;
  /** What can be spent: the balance less what is held for calls that go on. Cents. */
  readonly availableCents: number;
  readonly balanceCents: number;
  readonly heldCents: number;
  /** Whether facility, name and address are known: opened on the phone line, they are given on the web. */
  readonly complete: boolean;
}

type Row = Omit<AccountOverview, 'phone' | 'availableCents' | 'balanceCents' | 'heldCents'> & {
  phone: string | null;
  balanceCents: string;
  heldCents: string;
};

/** One statement, so that everything in it is of the same moment. Undefined: there is no such account. */
export async function accountOverview(db: Database, accountId: string): Promise<AccountOverview | undefined> {
  const { rows } = await sql<Row>`
    select account.id as account_id, account.number as account_number, account.status, holder.balance_cents, holder.held_cents,
      (select authorised.number from account_number authorised where authorised.account_id = account.id
        order by authorised.number = enrolment.number desc nulls last, authorised.added_at, authorised.number limit 1) as phone,
      enrolment.facility_id is not null and profile.first_name is not null and profile.address_line1 is not null as complete
    from account
    join ledger_account holder on holder.account_id = account.id and holder.kind = 'holder' and holder.currency = 'USD'
    left join enrolment on enrolment.account_id = account.id
    left join account_profile profile on profile.account_id = account.id
    where account.id = ${accountId}`.execute(db);
  const row = rows[0];
  if (!row) return undefined;
  const { phone, balanceCents, heldCents, ...account } = row;
  const [balance, held] = [Number(balanceCents), Number(heldCents)];
  const funds = { availableCents: balance - held, balanceCents: balance, heldCents: held };
  return { ...account, ...(phone !== null && { phone }), ...funds };
}
