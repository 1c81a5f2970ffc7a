import { sql, type Kysely } from 'kysely';

/** Locks of passcodes that the holder is to be told of, written with the guess that locks. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table passcode_lock (
      id bigint generated always as identity primary key,
      account_id text not null references passcode,
      -- The guess that locked it, by its number in passcode.counted.
      nth bigint not null,
      -- How many locks in a row it is, from which its length follows.
      locks integer not null check (locks > 0),
      locked_until timestamptz not null,
      by_kind holder_way not null,
      by_id text,
      at timestamptz not null,
      -- Taken back: the guess was right after all, or one before it.
      ended_as text check (ended_as in ('told', 'taken-back')),
      ended_at timestamptz,
      constraint passcode_lock_once unique (account_id, nth),
      constraint passcode_lock_ended_whole check ((ended_as is null) = (ended_at is null))
    );
    create index passcode_lock_open on passcode_lock (at) where ended_as is null;
  `.execute(db);
}
