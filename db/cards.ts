import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { AccountCardTable } from './schema/cards.ts';

export type AccountCard = Selectable<AccountCardTable>;

/** The card of an account now. */
export async function currentCard(db: Database, accountId: string): Promise<AccountCard | undefined> {
  const cards = db.selectFrom('accountCard').selectAll().where('accountId', '=', accountId);
  return cards.where('removedAt', 'is', null).executeTakeFirst();
}

/** Makes all who change the card of this account wait for each other, to the end of the transaction. False: no such account. */
export async function lockAccountCard(trx: Database, accountId: string): Promise<boolean> {
  const account = trx.selectFrom('account').select('id').where('id', '=', accountId).forUpdate();
  return (await account.executeTakeFirst()) !== undefined;
}

export async function addCard(trx: Database, card: Omit<AccountCard, 'id' | 'removedAt'>): Promise<void> {
  await trx.insertInto('accountCard').values(card).execute();
}

/** Ends the current card and answers it. */
export async function endCard(trx: Database, accountId: string, at: Date): Promise<AccountCard | undefined> {
  const current = trx.updateTable('accountCard').where('accountId', '=', accountId).where('removedAt', 'is', null);
  return current.set({ removedAt: at }).returningAll().executeTakeFirst();
}
