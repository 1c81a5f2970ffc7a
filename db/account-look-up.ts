import type { Database } from './connect.ts';

/** The number a holder knows the account by. Throws when there is no such account: whoever asks knows it by its id. */
export async function accountNumberOf(db: Database, accountId: string): Promise<string> {
  const query = db.selectFrom('account').select('number').where('id', '=', accountId);
  return (await query.executeTakeFirstOrThrow()).number;
}

/** The same of several: by their ids. */
export async function accountNumbersOf(
  db: Database,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (accountIds.length === 0) return new Map();
  const query = db
    .selectFrom('account')
    .select(['id', 'number'])
    .where('id', 'in', [...new Set(accountIds)]);
  return new Map((await query.execute()).map(({ id, number }) => [id, number]));
}

export interface FoundAccount {
  readonly id: string;
  readonly number: string;
  readonly status: 'open' | 'closed';
}

/** The account of a number that is printed on letters. */
export async function accountByNumber(db: Database, accountNumber: string): Promise<FoundAccount | undefined> {
  const query = db.selectFrom('account').select(['id', 'number', 'status']).where('number', '=', accountNumber);
  return query.executeTakeFirst();
}

/** Accounts that answer for a telephone number (E.164): the open ones first, then those closed last. */
export async function accountsOfNumber(db: Database, number: string): Promise<FoundAccount[]> {
  return db
    .selectFrom('accountNumber')
    .innerJoin('account', 'account.id', 'accountNumber.accountId')
    .select(['account.id', 'account.number', 'account.status'])
    .where('accountNumber.number', '=', number)
    .orderBy('account.status', 'desc')
    .orderBy('account.closedAt', 'desc')
    .orderBy('account.openedAt', 'desc')
    .orderBy('account.id')
    .execute();
}
