import { sql, type Kysely } from 'kysely';

/** Where who paid on the telephone is told what became of it, when their account has no contact. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- The number that called, if it may have texts.
    alter table deposit
      add column calling_number us_number,
      add constraint deposit_called check (calling_number is null or channel = 'phone-line');
  `.execute(db);
}
