import { sql, type Kysely } from 'kysely';

/** Incarcerated people, their PINs (as HMAC only) and the names they spoke. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table person (
      id text primary key check (id <> ''),
      facility_id text not null references facility,
      name text not null check (name <> ''),
      language language not null,
      pin_digest sha256 not null,
      active boolean not null default true,
      constraint person_pin unique (facility_id, pin_digest)
    );

    -- Every recording is kept (the CDR says which prompts were heard); the newest approved one is in use.
    create table spoken_name (
      id bigint generated always as identity primary key,
      person_id text not null references person,
      path text not null check (path <> ''),
      sha256 sha256 not null,
      seconds double precision not null check (seconds >= 0),
      approved boolean not null,
      recorded_at timestamptz not null,
      constraint spoken_name_once unique (person_id, path)
    );
    create index spoken_name_newest on spoken_name (person_id, approved desc, recorded_at desc, id desc);
  `.execute(db);
}
