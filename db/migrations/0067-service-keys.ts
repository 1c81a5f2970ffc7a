import { sql, type Kysely } from 'kysely';

/** Keys of the servers of web and app layers: each may do what it was given, and can be taken back by itself. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table service_key (
      id uuid primary key,
      -- Whose it is, for people.
      name text not null check (name <> ''),
      -- SHA-256 of the key.
      digest sha256 not null constraint service_key_digest_once unique,
      acts jsonb not null check (jsonb_typeof(acts) = 'array' and acts <> '[]'),
      made_at timestamptz not null,
      -- One that was taken back stays, for what was done with it.
      ended_at timestamptz
    );
  `.execute(db);
}
