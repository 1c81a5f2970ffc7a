import { sql, type Kysely } from 'kysely';

/** Calls: their record, their legs, and the journal of what was heard and pressed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table call (
      id uuid primary key,
      facility_id text not null references facility,
      station_id text references station,
      node text not null check (node <> ''),
      person_id text references person,
      number e164,
      dialled_at timestamptz,
      off_hook_at timestamptz not null,
      policy_at timestamptz,
      ringing_at timestamptz,
      greeting_at timestamptz,
      talking_at timestamptz,
      done_at timestamptz,
      language language,
      accepted_key dtmf,
      accepted_at timestamptz,
      disposition text check (disposition ~ '^[A-Za-z][A-Za-z0-9._-]{0,63}$'),
      cause text check (cause <> ''),
      ended_by text check (ended_by in ('inside', 'outside', 'limit', 'policy', 'system')),
      sip_status smallint check (sip_status between 100 and 699),
      q850 smallint check (q850 between 1 and 127),
      closed_at timestamptz,
      constraint number_dialled check ((number is null) = (dialled_at is null)),
      constraint closed_whole check (
        (closed_at is not null and disposition is not null and cause is not null and ended_by is not null)
        or (closed_at is null and disposition is null and cause is null and ended_by is null))
    );
    -- A person is in one call at a time, whatever two processes believe.
    create unique index call_of_person on call (person_id) where closed_at is null and person_id is not null;
    create index call_open on call (node) where closed_at is null;
    create index call_newest on call (off_hook_at desc);
    create index call_newest_facility on call (facility_id, off_hook_at desc);
    create index call_newest_number on call (number, off_hook_at desc) where number is not null;
    -- Attempts for the velocity limits: dialled, and not turned away by the policy itself.
    create index call_attempt_person on call (person_id, dialled_at) where dialled_at is not null and ended_by is distinct from 'policy';
    create index call_attempt_number on call (number, dialled_at) where dialled_at is not null and ended_by is distinct from 'policy';

    -- Every dialog a call ever had: the next trunk tried is one more row, so that none is forgotten after a crash.
    create table leg (
      call_id uuid not null references call,
      sip_call_id text not null check (sip_call_id <> ''),
      side text not null check (side in ('inside', 'outside')),
      local_tag text,
      remote_tag text,
      dialog_id text,
      remote_target text,
      endpoint_uuid text,
      saved_at timestamptz not null default now(),
      primary key (call_id, sip_call_id)
    );

    create table call_event (
      call_id uuid not null references call,
      seq integer not null check (seq >= 0),
      at timestamptz not null,
      kind text not null check (kind ~ '^[A-Za-z][A-Za-z0-9._-]{0,63}$'),
      data jsonb not null check (jsonb_typeof(data) = 'object'),
      primary key (call_id, seq)
    );
  `.execute(db);
}
