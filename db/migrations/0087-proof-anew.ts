import { sql, type Kysely } from 'kysely';

/** Until when whoever is signed in counts as having given the password anew, in this session alone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table identity_session add column proven_until timestamptz`.execute(db);
}
