import { sql, type Kysely } from 'kysely';

/** Pictures of six digits that a person reads and a machine should not (guide row 58). The digits are not here: they follow from the id. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table verification_image (
      id uuid primary key,
      made_at timestamptz not null,
      expires_at timestamptz not null,
      tries integer not null default 0 check (tries >= 0),
      used_at timestamptz
    );
    create index verification_image_expiry on verification_image (expires_at);
  `.execute(db);
}
