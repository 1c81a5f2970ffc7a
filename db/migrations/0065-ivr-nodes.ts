import { sql, type Kysely } from 'kysely';

/** Which processes carry calls, so that others notice when one is gone for good. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ivr_node (
      name text primary key check (name <> ''),
      -- The process itself, or another that closes what it left.
      holder text not null check (holder <> ''),
      -- Grows as long as the holder lives. Whoever sees it stand still knows, without any clock but their own, that it does not.
      beats integer not null,
      -- For people.
      seen_at timestamptz not null
    );
  `.execute(db);
}
