import { sql, type Kysely } from 'kysely';

/** What families said when no agent could be had. The sound is a file, in the spool and then in storage; here is what is known of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table desk_message (
      id uuid primary key,
      -- A call leaves one.
      call_id uuid not null unique,
      language language not null,
      -- Where the call came from; null: withheld.
      calling_number e164,
      -- Of the calling number: named, not proved.
      account_id text references account,
      begun_at timestamptz not null,
      -- What the caller was told before the tone.
      keep_days smallint not null check (keep_days > 0),
      state text not null default 'begun' check (state in ('begun', 'dropped', 'new', 'taken', 'done')),
      -- Where they are called back; null: nobody knows.
      number e164,
      recorded_at timestamptz,
      keep_until timestamptz,
      seconds double precision check (seconds >= 0),
      sha256 sha256,
      bytes bigint check (bytes > 0),
      spool_path text unique check (spool_path <> ''),
      storage text check (storage in ('folder', 's3')),
      location text check (location <> ''),
      stored_at timestamptz,
      -- Who hears it, or has heard it last, in which process.
      agent_id text references agent,
      node text check (node <> ''),
      taken_at timestamptz,
      done_at timestamptz,
      deleted_at timestamptz,
      constraint desk_message_whole check (
        num_nonnulls(recorded_at, keep_until, seconds, sha256, bytes, spool_path) = case
          when state in ('begun', 'dropped') then 0 else 6 end),
      constraint desk_message_stored check (num_nonnulls(storage, location, stored_at) = case
        when stored_at is null then 0 when recorded_at is null then -1 else 3 end),
      constraint desk_message_taken check (
        num_nonnulls(agent_id, node, taken_at) = case when state in ('taken', 'done') then 3 else 0 end),
      constraint desk_message_done check ((state = 'done') = (done_at is not null)),
      constraint desk_message_deleted check (deleted_at is null or recorded_at is not null)
    );
    create index desk_message_begun on desk_message (begun_at) where state = 'begun';
    create index desk_message_open on desk_message (recorded_at, id) where state in ('new', 'taken') and deleted_at is null;
    create index desk_message_unstored on desk_message (recorded_at) where stored_at is null and deleted_at is null;
    create index desk_message_ends on desk_message (keep_until) where deleted_at is null;

    -- What was said, and where it lies, is not changed any more; only what becomes of it.
    create function desk_message_is_kept() returns trigger language plpgsql as $f$
    begin
      if tg_op = 'UPDATE'
        and (new.id, new.call_id, new.calling_number, new.account_id)
          is not distinct from (old.id, old.call_id, old.calling_number, old.account_id)
        and (old.recorded_at is null
          or (new.language, new.begun_at, new.keep_days, new.number, new.recorded_at, new.keep_until, new.seconds, new.sha256,
              new.bytes, new.spool_path)
            is not distinct from (old.language, old.begun_at, old.keep_days, old.number, old.recorded_at, old.keep_until, old.seconds,
              old.sha256, old.bytes, old.spool_path))
        and (old.stored_at is null or (new.storage, new.location, new.stored_at)
          is not distinct from (old.storage, old.location, old.stored_at))
        and (old.done_at is null or (new.state, new.agent_id, new.done_at)
          is not distinct from (old.state, old.agent_id, old.done_at))
        and (old.deleted_at is null or new is not distinct from old)
      then
        return new;
      end if;
      raise exception 'What was said to the desk is not changed.' using errcode = 'HL000', constraint = 'desk_message_kept';
    end
    $f$;
    create trigger desk_message_kept before update or delete on desk_message
      for each row execute function desk_message_is_kept();

    alter table desk_event add column message_id uuid references desk_message;
    create index desk_event_message on desk_event (message_id, id) where message_id is not null;
  `.execute(db);
}
