import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** Does the work, and takes it back unless it is to be kept: it takes the same time, so that nobody learns by a clock which it was. */
export async function keepIf(trx: Database, kept: boolean, work: () => Promise<void>): Promise<void> {
  await sql`savepoint keep_if`.execute(trx);
  await work();
  await (kept ? sql`release savepoint keep_if` : sql`rollback to savepoint keep_if`).execute(trx);
}
