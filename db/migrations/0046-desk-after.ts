import { sql, type Kysely } from 'kysely';

/** What the agents' desk goes by, what a talk was about, and the legs that the desk rings. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table desk_terms (
      in_force_from date primary key,
      wrap_up_seconds smallint not null check (wrap_up_seconds between 0 and 600),
      -- Who comes when so many wait already may leave a message.
      most_waiting smallint not null check (most_waiting > 0),
      call_back_tries smallint not null check (call_back_tries between 1 and 5),
      call_back_again_seconds integer not null check (call_back_again_seconds >= 60),
      -- On the wall clock of whoever is called (47 CFR 64.1200(c)(1)).
      call_back_from time not null check (call_back_from >= '08:00'),
      call_back_until time not null check (call_back_until > call_back_from and call_back_until <= '21:00'),
      message_seconds smallint not null check (message_seconds between 10 and 600),
      message_keep_days smallint not null check (message_keep_days > 0)
    );
    insert into desk_terms values ('2025-01-01', 30, 100, 2, 300, '08:00', '21:00', 180, 90);

    -- What a talk was about: one digit, which an agent can press.
    create table desk_code (
      code text primary key check (code ~ '^[1-9]$'),
      name text not null unique check (name <> ''),
      active boolean not null default true
    );
    insert into desk_code (code, name) values
      ('1', 'payment'), ('2', 'block'), ('3', 'unblock'), ('4', 'account'), ('5', 'refund'), ('6', 'call quality'), ('9', 'other');
    alter table desk_entry
      add column code text references desk_code,
      add column coded_at timestamptz,
      add constraint desk_entry_coded check (num_nonnulls(code, coded_at) in (0, 2) and (code is null or talking_at is not null));
    -- One call-back at a time to a number: nobody has another's telephone ring all day.
    create unique index desk_call_back_once on desk_entry (call_back_number) where state <> 'ended';

    -- An agent's phone, or the one that is called back: written before its INVITE leaves, so that whoever starts next can end it.
    create table desk_leg (
      id uuid primary key,
      entry_id uuid not null references desk_entry,
      side text not null check (side in ('agent', 'family')),
      node text not null check (node <> ''),
      sip_call_id text not null check (sip_call_id <> ''),
      local_tag text not null,
      dialog_id text not null,
      endpoint_uuid text not null,
      transaction_id text,
      remote_tag text,
      remote_target text,
      planned_at timestamptz not null,
      ended_at timestamptz,
      constraint desk_leg_answered_whole check (num_nonnulls(remote_tag, remote_target) in (0, 2))
    );
    create index desk_leg_open on desk_leg (node) where ended_at is null;
  `.execute(db);
}
