import { sql, type Kysely } from 'kysely';

/** A service key has an end. Those that are there get a year from now on, so that nothing stops by this alone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table service_key
      add column ends_at timestamptz,
      -- When it was last told that this key ends soon.
      add column told_at timestamptz;
    update service_key set ends_at = now() + interval '365 days';
    alter table service_key
      alter column ends_at set not null,
      add constraint service_key_ends_later check (ends_at > made_at);
  `.execute(db);
}
