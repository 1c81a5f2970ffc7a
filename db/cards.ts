import type { Insertable, Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { SavedCardTable } from './schema/cards.ts';

export type SavedCard = Readonly<Selectable<SavedCardTable>>;
export type NewSavedCard = Readonly<Omit<Insertable<SavedCardTable>, 'id' | 'removedAt'>>;

/** Whether the account is open; nobody else changes its card until the transaction ends. Undefined: there is no such account. */
export async function lockAccountOfCard(trx: Database, accountId: string): Promise<boolean | undefined> {
  const account = trx.selectFrom('account').select('status').where('id', '=', accountId);
  const row = await account.forNoKeyUpdate().executeTakeFirst();
  return row && row.status === 'open';
}

/** The card an account pays with now. */
export async function currentCard(db: Database, accountId: string): Promise<SavedCard | undefined> {
  const cards = db.selectFrom('savedCard').selectAll().where('accountId', '=', accountId);
  return cards.where('removedAt', 'is', null).executeTakeFirst();
}

/** Every card an account ever kept, latest first: agreements are proved by them. */
export async function cardsOf(db: Database, accountId: string): Promise<SavedCard[]> {
  const cards = db.selectFrom('savedCard').selectAll().where('accountId', '=', accountId);
  return cards.orderBy('savedAt', 'desc').orderBy('id', 'desc').execute();
}

/** Throws StatementRefused (saved_card_current) when the account has a card already. */
export async function addCard(db: Database, card: NewSavedCard): Promise<SavedCard> {
  return db.insertInto('savedCard').values(card).returningAll().executeTakeFirstOrThrow();
}

/** Ends the current card, and gives it; undefined: there is none. */
export async function removeCurrentCard(db: Database, accountId: string, at: Date): Promise<SavedCard | undefined> {
  const cards = db.updateTable('savedCard').set({ removedAt: at }).where('accountId', '=', accountId);
  return cards.where('removedAt', 'is', null).returningAll().executeTakeFirst();
}
