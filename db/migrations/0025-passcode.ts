import { sql, type Kysely } from 'kysely';

/** The passcode by which a holder is known on the phone (guide row 28): its hash, the guesses at it, and what happened to it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table passcode (
      account_id text primary key references account,
      -- Argon2id under a pepper the database does not know, in the PHC format.
      hash text not null check (hash like '$argon2id$%'),
      -- Every guess is counted before it is looked at. Those after 'cleared' are wrong as far as is known; at three it is locked.
      counted bigint not null default 0,
      cleared bigint not null default 0,
      -- Guesses while it was locked: they were not looked at.
      refused bigint not null default 0 check (refused >= 0),
      -- Locks in a row, without a right guess between them.
      locks integer not null default 0 check (locks >= 0),
      locked_until timestamptz,
      constraint passcode_guesses check (counted - cleared between 0 and 3),
      constraint passcode_locked_at_three check ((counted - cleared = 3) = (locked_until is not null))
    );

    create table passcode_event (
      id bigint generated always as identity primary key,
      account_id text not null references account,
      kind text not null check (kind in ('set', 'changed', 'locked', 'unlocked')),
      by_kind holder_way not null,
      by_id text,
      -- An agent's, for unlocking it.
      reason text check (reason <> ''),
      locked_until timestamptz,
      at timestamptz not null,
      constraint passcode_event_locked check ((kind = 'locked') = (locked_until is not null)),
      constraint passcode_event_unlocked check ((kind = 'unlocked') = (reason is not null))
    );
    create index passcode_event_account on passcode_event (account_id, id desc);
    create trigger passcode_event_kept before update or delete on passcode_event
      for each row execute function history_is_immutable();
  `.execute(db);
}
