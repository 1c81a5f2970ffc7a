import { sql, type Kysely } from 'kysely';

/** PINs that were entered since the last right one, by the phone they came from; wrong ones by facility and hour. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table pin_guess (
      station_id text not null references station on delete cascade,
      -- Which phone behind a trunk, as the trunk says; empty when it does not, and for a phone that registers.
      identity text not null check (length(identity) <= 80),
      guesses integer not null check (guesses >= 0),
      recent integer not null check (recent between 0 and guesses),
      window_began timestamptz not null,
      level smallint not null check (level >= 0),
      locked_until timestamptz,
      last_at timestamptz not null,
      primary key (station_id, identity)
    );
    create index pin_guess_last on pin_guess (last_at);

    create table wrong_pin_hour (
      facility_id text not null references facility on delete cascade,
      hour timestamptz not null check (hour = date_trunc('hour', hour, 'UTC')),
      wrong integer not null check (wrong > 0),
      primary key (facility_id, hour)
    );
  `.execute(db);
}
