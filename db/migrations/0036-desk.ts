import { sql, type Kysely } from 'kysely';

/** Agents, when they are there, who waits for them, and what happened at their desk. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table agent (
      id text primary key check (id <> ''),
      name text not null check (name <> ''),
      extension text not null unique check (extension ~ '^[1-9][0-9]{2,5}$'),
      supervisor boolean not null,
      active boolean not null,
      state text not null default 'away' check (state in ('away', 'ready', 'ringing', 'talking', 'wrap-up')),
      since timestamptz not null,
      -- When the wrap-up is over by itself.
      until timestamptz,
      constraint agent_wraps_up_until check ((state = 'wrap-up') = (until is not null)),
      constraint agent_gone_is_away check (active or state = 'away')
    );
    create table agent_language (
      agent_id text not null references agent on delete cascade,
      language language not null,
      primary key (agent_id, language)
    );

    -- The phone on an agent's table registers like any other.
    alter table credential
      add column agent_id text references agent,
      drop constraint credential_of_one,
      add constraint credential_of_one check (num_nonnulls(station_id, number, agent_id) = 1);
    create unique index credential_agent on credential (agent_id) where agent_id is not null;

    -- Pacific time; a day of the week (ISO 8601: 1 is Monday) that has no row in the version in force is closed.
    create table desk_hours (
      in_force_from date not null,
      weekday smallint not null check (weekday between 1 and 7),
      opens time not null,
      closes time not null check (closes > opens),
      primary key (in_force_from, weekday)
    );
    -- Guide row 25: seven days, 5:00 to 21:00.
    insert into desk_hours select '2025-01-01', weekday, '05:00', '21:00' from generate_series(1, 7) as weekday;
    -- Wins over the hours of its day; without times nobody is there.
    create table desk_holiday (
      day date primary key,
      name text not null check (name <> ''),
      opens time,
      closes time,
      constraint holiday_hours check ((opens is null) = (closes is null) and (opens is null or closes > opens))
    );

    create table desk_entry (
      id uuid primary key,
      -- Of the call to the 866 line, by which the log knows it.
      call_id uuid not null,
      language language not null,
      number e164,
      -- Named to the line, not proved.
      account_id text references account,
      -- The place: it is kept whatever happens to the entry.
      entered_at timestamptz not null,
      way text not null default 'line' check (way in ('line', 'call-back')),
      state text not null default 'waiting' check (state in ('waiting', 'ringing', 'talking', 'ended')),
      agent_id text references agent,
      -- Which process has the call, and when it last said so.
      node text not null check (node <> ''),
      seen_at timestamptz not null,
      -- Since when it is missed; only who does not come back within a while is lost.
      missed_at timestamptz,
      call_back_number e164,
      tries smallint not null default 0 check (tries >= 0),
      not_before timestamptz,
      -- A process has taken it upon itself to call back.
      claimed boolean not null default false,
      talking_at timestamptz,
      ended_at timestamptz,
      outcome text check (outcome in ('talked', 'hung-up', 'lost', 'not-reached')),
      constraint desk_entry_agent check (case state
        when 'waiting' then agent_id is null
        when 'ended' then true
        else agent_id is not null end),
      constraint desk_entry_ended check (
        (state = 'ended') = (ended_at is not null) and (state = 'ended') = (outcome is not null)),
      constraint desk_entry_talked check (
        (state = 'talking') <= (talking_at is not null)
        and (outcome = 'talked') <= (talking_at is not null and agent_id is not null)),
      constraint desk_entry_called_back check ((way = 'call-back') = (call_back_number is not null)),
      constraint desk_entry_claimed check (not claimed or (way = 'call-back' and state <> 'waiting'))
    );
    -- One agent is never given two calls, whatever the programs believe; nor has one call two places.
    create unique index desk_agent_once on desk_entry (agent_id) where state in ('ringing', 'talking');
    create unique index desk_call_once on desk_entry (call_id) where state <> 'ended';
    create index desk_entry_open on desk_entry (entered_at, id) where state <> 'ended';
    create index desk_entry_talked_last on desk_entry (ended_at desc) where outcome = 'talked';

    -- Who called, who took it, who was away: for the agents' page and for whoever asks later. Never a secret.
    create table desk_event (
      id bigint generated always as identity primary key,
      at timestamptz not null,
      kind text not null check (kind <> ''),
      entry_id uuid references desk_entry,
      agent_id text references agent,
      data jsonb not null
    );
    create index desk_event_entry on desk_event (entry_id, id);
    create index desk_event_agent on desk_event (agent_id, id);
    create trigger desk_event_kept before update or delete on desk_event
      for each row execute function history_is_immutable();
  `.execute(db);
}
