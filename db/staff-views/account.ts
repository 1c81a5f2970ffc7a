import { sql } from 'kysely';
import type { Database } from '../connect.ts';

/** An account as an agent sees it first. */
export interface AccountView {
  readonly id: string;
  readonly number: string;
  readonly status: 'open' | 'closed';
  readonly openedAt: Date;
  readonly holder: string | null;
  readonly language: 'en' | 'es' | null;
  readonly facilityName: string | null;
  readonly balanceCents: number;
  /** What can be spent: less what is held for calls that go on. */
  readonly availableCents: number;
}

/** One statement, so that everything in it is of the same moment. Undefined: there is no such account. */
export async function accountView(db: Database, accountId: string): Promise<AccountView | undefined> {
  const { rows } = await sql<Omit<AccountView, 'balanceCents' | 'availableCents'> & Record<'balance' | 'held', string>>`
    select account.id, account.number, account.status, account.opened_at,
      profile.first_name || ' ' || profile.last_name as holder, profile.language, facility.name as facility_name,
      ledger.balance_cents as balance, ledger.held_cents as held
    from account join ledger_account ledger on ledger.account_id = account.id and ledger.kind = 'holder' and ledger.currency = 'USD'
    left join account_profile profile on profile.account_id = account.id
    left join enrolment on enrolment.account_id = account.id
    left join facility on facility.id = enrolment.facility_id
    where account.id = ${accountId}`.execute(db);
  const [row] = rows;
  if (!row) return undefined;
  const { balance, held, ...account } = row;
  return { ...account, balanceCents: Number(balance), availableCents: Number(balance) - Number(held) };
}
