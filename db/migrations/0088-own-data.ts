import { sql, type Kysely } from 'kysely';

/** What is kept of somebody is found by their address: to be shown to them, and to be removed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index notice_recipient on notice (recipient, id);
    create index question_email on question (lower(email));
  `.execute(db);
}
