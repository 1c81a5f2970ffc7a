import { sql, type Kysely } from 'kysely';

/** Numbers that somebody on web and app has proven to be theirs, by six digits that were texted there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table number_proof (
      id uuid primary key,
      identity_id uuid not null references identity on delete cascade,
      number text not null check (number ~ '^\\+[1-9][0-9]{6,14}$'),
      -- Under a key that the database does not know; the digits themselves are nowhere.
      code_digest sha256 not null,
      -- Each is counted before it is looked at.
      tries integer not null default 0 check (tries between 0 and 5),
      written_at timestamptz not null,
      expires_at timestamptz not null,
      -- Used, or followed by another.
      ended_at timestamptz
    );
    create index number_proof_number on number_proof (number, written_at);
    create index number_proof_identity on number_proof (identity_id, written_at);
    create unique index number_proof_one_open on number_proof (identity_id, number) where ended_at is null;
    create index number_proof_expiry on number_proof (expires_at);

    create table identity_number (
      identity_id uuid not null references identity on delete cascade,
      number text not null check (number ~ '^\\+[1-9][0-9]{6,14}$'),
      proven_at timestamptz not null,
      primary key (identity_id, number)
    );

    -- A text may have digits to be filled in as well.
    alter table notice drop constraint notice_proof_by_mail;
  `.execute(db);
}
