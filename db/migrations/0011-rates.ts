import { sql, type Kysely } from 'kysely';

/** What a minute costs, from when until when, and what it may cost at most. Hundredths of a cent per minute. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create extension if not exists btree_gist;
    create domain service as text check (value in ('audio', 'video'));
    -- 47 CFR 64.6010: prisons, and jails by their average daily population.
    create domain size_class as text check (value in ('prison', 'jail-1000', 'jail-350', 'jail-100', 'jail-50', 'jail-0'));

    create table facility_size (
      facility_id text primary key references facility,
      size_class size_class not null
    );

    create table rate (
      id bigint generated always as identity primary key,
      service service not null,
      facility_id text references facility,
      agency text check (agency <> ''),
      size_class size_class,
      valid_from timestamptz not null,
      valid_until timestamptz,
      per_minute integer not null check (per_minute >= 0),
      rounding text not null check (rounding in ('minute-up', 'second')),
      constraint rate_valid check (valid_until > valid_from),
      constraint rate_of_one check (num_nonnulls(facility_id, agency, size_class) = 1),
      constraint rate_no_overlap exclude using gist (
        service with =,
        (case when facility_id is not null then 'facility ' || facility_id when agency is not null then 'agency ' || agency
          else 'size ' || size_class end) with =,
        tstzrange(valid_from, valid_until) with &&)
    );

    create table rate_cap (
      id bigint generated always as identity primary key,
      service service not null,
      size_class size_class not null,
      valid_from timestamptz not null,
      valid_until timestamptz,
      per_minute integer not null check (per_minute > 0),
      source text not null check (source <> ''),
      constraint rate_cap_valid check (valid_until > valid_from),
      constraint rate_cap_no_overlap exclude using gist (
        service with =, size_class with =, tstzrange(valid_from, valid_until) with &&)
    );
    -- Midnight where the FCC is.
    insert into rate_cap (service, size_class, valid_from, per_minute, source)
      select service, size_class, timestamptz '2026-04-06 00:00 America/New_York', cents * 100, '90 FR 56013'
      from (values ('audio', 'prison', 11), ('audio', 'jail-1000', 10), ('audio', 'jail-350', 12), ('audio', 'jail-100', 13),
        ('audio', 'jail-50', 15), ('audio', 'jail-0', 19), ('video', 'prison', 25), ('video', 'jail-1000', 19),
        ('video', 'jail-350', 19), ('video', 'jail-100', 21), ('video', 'jail-50', 25), ('video', 'jail-0', 44))
        as cap (service, size_class, cents);
    -- SB 1008 (Penal Code 2084.5): voice calls from California state prisons are free to both sides.
    insert into rate (service, agency, valid_from, per_minute, rounding)
      values ('audio', 'CDCR', timestamptz '2023-01-01 00:00 America/Los_Angeles', 0, 'second');
  `.execute(db);
}
