import type { Database } from './connect.ts';
import { actorColumns, toActor, type HolderActor } from './enrolments.ts';

/** A number an account answers for. */
export interface AccountNumber {
  /** E.164. */
  readonly number: string;
  readonly addedAt: Date;
}

export interface NumberChange {
  readonly number: string;
  readonly kind: 'added' | 'removed';
  readonly by: HolderActor;
  readonly at: Date;
}

/** The authorised numbers, the oldest first. */
export async function numbersOf(db: Database, accountId: string): Promise<AccountNumber[]> {
  const query = db.selectFrom('accountNumber').select(['number', 'addedAt']).where('accountId', '=', accountId);
  return query.orderBy('addedAt').orderBy('number').execute();
}

/** Whether the number is one of the account's. */
export async function answersFor(db: Database, accountId: string, number: string): Promise<boolean> {
  const query = db.selectFrom('accountNumber').select('number').where('accountId', '=', accountId);
  return (await query.where('number', '=', number).executeTakeFirst()) !== undefined;
}

/** Open accounts that answer for a number. */
export async function openAccountsOf(db: Database, number: string): Promise<string[]> {
  const rows = await db
    .selectFrom('accountNumber')
    .innerJoin('account', 'account.id', 'accountNumber.accountId')
    .select('account.id')
    .where('accountNumber.number', '=', number)
    .where('account.status', '=', 'open')
    .orderBy('account.id')
    .execute();
  return rows.map(({ id }) => id);
}

interface Change {
  readonly accountId: string;
  readonly number: string;
  readonly by: HolderActor;
  readonly at: Date;
}

const note = (trx: Database, kind: NumberChange['kind'], { accountId, number, by, at }: Change) =>
  trx
    .insertInto('accountNumberChange')
    .values({ accountId, number, kind, at, ...actorColumns(by) })
    .execute();

/** False: it was there already, and nothing was written down. The caller holds the account's row. */
export async function addAccountNumber(trx: Database, change: Change): Promise<boolean> {
  const { accountId, number, at } = change;
  const insert = trx.insertInto('accountNumber').values({ accountId, number, addedAt: at });
  const result = await insert
    .onConflict((conflict) => conflict.columns(['number', 'accountId']).doNothing())
    .executeTakeFirst();
  if (result.numInsertedOrUpdatedRows !== 1n) return false;
  await note(trx, 'added', change);
  return true;
}

/**
 * False: it was not there. The caller holds the account's row. The last one of an account is refused by the constraint account_keeps_a_number,
 * whoever asks.
 */
export async function removeAccountNumber(trx: Database, change: Change): Promise<boolean> {
  const remove = trx.deleteFrom('accountNumber').where('accountId', '=', change.accountId);
  if ((await remove.where('number', '=', change.number).executeTakeFirst()).numDeletedRows !== 1n) return false;
  await note(trx, 'removed', change);
  return true;
}

/** Who added and removed what, the newest first. */
export async function numberHistory(db: Database, accountId: string, limit = 100): Promise<NumberChange[]> {
  const query = db.selectFrom('accountNumberChange').selectAll().where('accountId', '=', accountId);
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return rows.map((row) => ({ number: row.number, kind: row.kind, by: toActor(row), at: row.at }));
}
