import { sql, type Kysely } from 'kysely';

/** Recordings from intent to storage, and the outbox that hands work to the queue. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table recording (
      id uuid primary key,
      call_id uuid not null references call,
      spool_path text not null unique check (spool_path <> ''),
      channels smallint not null check (channels between 1 and 2),
      state text not null default 'intended' check (state in ('intended', 'started', 'finished', 'stored', 'absent')),
      intended_at timestamptz not null,
      started_at timestamptz,
      finished_at timestamptz,
      sha256 sha256,
      bytes bigint check (bytes >= 0),
      seconds double precision check (seconds >= 0),
      repaired boolean,
      storage text check (storage in ('folder', 's3')),
      location text check (location <> ''),
      verified_at timestamptz,
      constraint finished_whole check (num_nonnulls(finished_at, sha256, bytes, seconds, repaired) in (0, 5)),
      constraint stored_whole check (num_nonnulls(storage, location, verified_at) in (0, 3)),
      constraint state_is_so check (case state
        when 'intended' then started_at is null and sha256 is null and storage is null
        when 'started' then started_at is not null and sha256 is null and storage is null
        when 'finished' then sha256 is not null and storage is null
        when 'stored' then sha256 is not null and storage is not null
        when 'absent' then sha256 is null and storage is null end)
    );
    create index recording_call on recording (call_id);
    create index recording_open on recording (intended_at) where state in ('intended', 'started', 'finished');

    -- Written in the same transaction as its cause; handed to the queue afterwards, at least once.
    create table outbox (
      id bigint generated always as identity primary key,
      topic text not null check (topic <> ''),
      payload jsonb not null,
      created_at timestamptz not null default now(),
      handed_at timestamptz
    );
    create index outbox_waiting on outbox (id) where handed_at is null;
  `.execute(db);
}
