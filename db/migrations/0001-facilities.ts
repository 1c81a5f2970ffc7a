import { sql, type Kysely } from 'kysely';

/** Where calls come from: agencies' facilities, their stations and trunks, and the phones that register by digest. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- E.164: a plus sign and at most 15 digits (ITU-T E.164 §6.1).
    create domain e164 as text check (value ~ '^\\+[1-9][0-9]{1,14}$');
    create domain language as text check (value in ('en', 'es'));
    create domain dtmf as text check (value ~ '^[0-9*#A-D]$');
    create domain sha256 as text check (value ~ '^[0-9a-f]{64}$');

    -- {"mon": [{"from": "07:00", "to": "21:00"}], ...}: local times, "to" after "from", at most "24:00".
    create function valid_calling_hours(hours jsonb) returns boolean immutable language sql as $f$
      select jsonb_typeof(hours) = 'object' and not exists (
        select from jsonb_each(case when jsonb_typeof(hours) = 'object' then hours else '{}' end) as day(name, spans)
        where name not in ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun') or jsonb_typeof(spans) <> 'array' or exists (
          select from jsonb_array_elements(case when jsonb_typeof(spans) = 'array' then spans else '[]' end) as span
          where coalesce(span ->> 'from', '') !~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
            or coalesce(span ->> 'to', '') !~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'
            or span ->> 'from' >= span ->> 'to'))
    $f$;

    create table facility (
      id text primary key check (id <> ''),
      name text not null check (name <> ''),
      agency text not null check (agency <> ''),
      -- An unknown zone makes timezone() fail, and with it the insert.
      time_zone text not null check (timezone(time_zone, timestamp '2000-01-01') is not null),
      default_language language not null,
      calling_hours jsonb not null check (valid_calling_hours(calling_hours)),
      talk_limit_seconds integer not null check (talk_limit_seconds > 0),
      accept_key dtmf not null,
      refuse_key dtmf not null,
      block_key dtmf not null,
      language_key dtmf not null,
      attempts_per_person_per_hour integer not null check (attempts_per_person_per_hour > 0),
      attempts_per_number_per_day integer not null check (attempts_per_number_per_day > 0),
      record_names text not null check (record_names in ('approved-by-default', 'reviewed')),
      active boolean not null default true,
      constraint offer_keys_distinct check (
        accept_key not in (refuse_key, block_key, language_key)
        and refuse_key not in (block_key, language_key) and block_key <> language_key)
    );

    create table station (
      id text primary key check (id <> ''),
      facility_id text not null references facility,
      name text not null check (name <> ''),
      active boolean not null default true
    );
    create index station_facility on station (facility_id);

    -- One address is one station; with a port it is narrower and wins.
    create table trunk (
      address inet not null check (masklen(address) = case family(address) when 4 then 32 else 128 end),
      port integer check (port between 1 and 65535),
      station_id text not null references station,
      constraint trunk_source unique nulls not distinct (address, port)
    );

    -- RFC 2617 §3.2.2.2: H(A1) is the MD5 of username:realm:password; the password is not kept.
    create table credential (
      username text not null check (username <> ''),
      realm text not null check (realm <> ''),
      ha1 text not null check (ha1 ~ '^[0-9a-f]{32}$'),
      station_id text references station,
      number e164,
      primary key (username, realm),
      constraint credential_of_one check (num_nonnulls(station_id, number) = 1)
    );
    create index credential_station on credential (station_id);

    create table registration (
      username text primary key,
      number e164,
      contact text not null check (contact <> ''),
      source_address inet not null,
      source_port integer not null check (source_port between 1 and 65535),
      registered_at timestamptz not null default now(),
      expires_at timestamptz not null
    );
    create index registration_number on registration (number, expires_at);
  `.execute(db);
}
