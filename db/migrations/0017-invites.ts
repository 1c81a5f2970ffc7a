import { sql, type Kysely } from 'kysely';

/** The INVITE that rings, so that it can be cancelled when the process that sent it has died. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table leg add column transaction_id text check (transaction_id <> '')`.execute(db);
}
