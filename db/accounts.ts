import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** Adds an account with the numbers it answers for; what is already there stays. */
export async function openAccount(
  db: Database,
  account: { readonly id: string; readonly numbers: readonly string[]; readonly at: Date },
): Promise<void> {
  const { id, numbers, at } = account;
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('account')
      .values({ id, status: 'open', openedAt: at })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    for (const number of numbers)
      await trx
        .insertInto('accountNumber')
        .values({ accountId: id, number, addedAt: at })
        .onConflict((conflict) => conflict.columns(['number', 'accountId']).doNothing())
        .execute();
  });
}

/** Closes an open account; a closed one stays as it is. */
export async function closeAccount(db: Database, id: string, at: Date): Promise<void> {
  const open = db.updateTable('account').where('id', '=', id).where('status', '=', 'open');
  await open.set({ status: 'closed', closedAt: at }).execute();
}

export type AccountStanding = 'none' | 'open' | 'closed';

/** As SQL: how `number` stands. An open account wins over closed ones: whoever closed and came back has come back. */
export const standingOf = (number: string) => sql<AccountStanding>`coalesce((
  select case when bool_or(account.status = 'open') then 'open' when count(*) > 0 then 'closed' end
  from account_number join account on account.id = account_number.account_id where account_number.number = ${number}), 'none')`;

export async function accountOf(db: Database, number: string): Promise<AccountStanding> {
  const { rows } = await sql<{ standing: AccountStanding }>`select ${standingOf(number)} as standing`.execute(db);
  return rows[0]?.standing ?? 'none';
}
