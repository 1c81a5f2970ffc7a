import { sql, type Kysely } from 'kysely';

/** When each repeating job is due next: any number of processes look, one takes the turn. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table repeating_job (
      name text primary key check (name <> ''),
      next_at timestamptz not null
    );
  `.execute(db);
}
