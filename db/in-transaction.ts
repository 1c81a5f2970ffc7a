import type { Database } from './connect.ts';

/** Does the work in the transaction that the caller is in, or else in one of its own. */
export const inTransaction = <T>(db: Database, work: (trx: Database) => Promise<T>): Promise<T> =>
  db.isTransaction ? work(db) : db.transaction().execute(work);
