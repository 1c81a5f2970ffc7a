import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { UnclaimedFundTable } from './schema/closing.ts';

/** Writes down a use that leaves no other row, e.g. 'sign-in'. An earlier time than is there changes nothing. */
export async function recordActivity(db: Database, use: { accountId: string; kind: string; at: Date }): Promise<void> {
  const { at, kind } = use;
  await db
    .insertInto('accountActivity')
    .values(use)
    .onConflict((conflict) =>
      conflict.column('accountId').doUpdateSet({ at, kind }).where('accountActivity.at', '<', at),
    )
    .execute();
}

/**
 * As SQL: when the account of the row `account` was last used: opened, paid into, spent from (every posting but setting its funds aside), a call
 * dialled to one of its numbers, or what recordActivity() wrote down.
 */
const lastUse = sql<Date>`greatest(account.opened_at,
  (select at from account_activity where account_activity.account_id = account.id),
  (select max(intended_at) from deposit where deposit.account_id = account.id),
  (select max(posting.at) from entry join posting on posting.id = entry.posting_id
    where entry.ledger_account_id = holder.id and posting.kind <> 'unclaimed'),
  (select max(call.dialled_at) from account_number join call on call.number = account_number.number
    where account_number.account_id = account.id and call.dialled_at >= account_number.added_at
      and call.ended_by is distinct from 'policy'))`;

/** Undefined: there is no such account. */
export async function lastUsedAt(db: Database, accountId: string): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date }>`select ${lastUse} as at
    from account join ledger_account holder on holder.account_id = account.id and holder.kind = 'holder'
    where account.id = ${accountId}`.execute(db);
  return rows[0]?.at;
}

export interface DormantAccount {
  readonly accountId: string;
  readonly balanceCents: number;
  readonly lastUsedAt: Date;
}

/** Accounts with money, none of it held, that nobody used after `before`; by id, those after `after`. */
export async function dormantAccounts(
  db: Database,
  before: Date,
  page: { readonly after?: string; readonly limit?: number } = {},
): Promise<DormantAccount[]> {
  const { rows } = await sql<{ accountId: string; balanceCents: string; lastUsedAt: Date }>`
    select account.id as account_id, holder.balance_cents, used.at as last_used_at
    from account join ledger_account holder on holder.account_id = account.id and holder.kind = 'holder'
    cross join lateral (select ${lastUse} as at) used
    where account.id > ${page.after ?? ''} and account.opened_at <= ${before}::timestamptz
      and holder.balance_cents > 0 and holder.held_cents = 0 and used.at <= ${before}::timestamptz
    order by account.id limit ${page.limit ?? 100}`.execute(db);
  return rows.map((row) => ({ ...row, balanceCents: Number(row.balanceCents) }));
}

export type UnclaimedFund = Omit<Readonly<Selectable<UnclaimedFundTable>>, 'cents'> & { readonly cents: number };

const toFund = (row: Selectable<UnclaimedFundTable>): UnclaimedFund => ({ ...row, cents: Number(row.cents) });

export async function addUnclaimedFund(
  trx: Database,
  fund: Pick<
    UnclaimedFund,
    'accountId' | 'idempotencyKey' | 'cents' | 'postingId' | 'lastActiveAt' | 'byId' | 'reason' | 'at'
  >,
): Promise<UnclaimedFund> {
  const row = { ...fund, cents: String(fund.cents) };
  return toFund(await trx.insertInto('unclaimedFund').values(row).returningAll().executeTakeFirstOrThrow());
}

export async function findUnclaimedFund(
  db: Database,
  by: { readonly id: string } | { readonly key: string },
  options: { readonly lock?: boolean } = {},
): Promise<UnclaimedFund | undefined> {
  const [column, value] = 'key' in by ? (['idempotencyKey', by.key] as const) : (['id', by.id] as const);
  let query = db.selectFrom('unclaimedFund').selectAll().where(column, '=', value);
  if (options.lock) query = query.forNoKeyUpdate();
  const row = await query.executeTakeFirst();
  return row && toFund(row);
}

export async function claimUnclaimedFund(
  trx: Database,
  id: string,
  claim: { readonly claimedAt: Date; readonly claimedById: string; readonly claimPostingId: string },
): Promise<void> {
  await trx.updateTable('unclaimedFund').set(claim).where('id', '=', id).execute();
}
