import { sql, type Kysely } from 'kysely';

/** What is known of a called number: blocks and their history, privileged numbers, accounts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create domain actor as text check (value in ('called-party-key', 'phone-line', 'web', 'agent', 'closing'));

    -- A lifted block stays as history. facility_id null: all facilities.
    create table block (
      id bigint generated always as identity primary key,
      number e164 not null,
      facility_id text references facility,
      placed_by actor not null,
      placed_by_id text,
      placed_in_call uuid,
      placed_at timestamptz not null,
      reason text not null,
      lifted_by actor,
      lifted_by_id text,
      lifted_in_call uuid,
      lifted_at timestamptz,
      lift_reason text,
      constraint key_block_names_call check (placed_by <> 'called-party-key' or (placed_in_call is not null and facility_id is not null)),
      constraint lifted_whole check (num_nonnulls(lifted_by, lifted_at, lift_reason) in (0, 3)),
      constraint lifted_after_placed check (lifted_at >= placed_at)
    );
    create unique index block_active on block (number, facility_id) nulls not distinct where lifted_at is null;
    create index block_history on block (number, placed_at desc);

    -- Attorneys and the like: never called through a recorded line (Penal Code 636).
    create table privileged_number (
      number e164 primary key,
      reason text not null,
      added_by text not null,
      added_at timestamptz not null
    );

    create table account (
      id text primary key check (id <> ''),
      status text not null check (status in ('open', 'closed')),
      opened_at timestamptz not null,
      closed_at timestamptz,
      constraint account_closed_whole check ((status = 'closed') = (closed_at is not null))
    );
    create table account_number (
      account_id text not null references account,
      number e164 not null,
      added_at timestamptz not null,
      primary key (number, account_id)
    );
    create index account_number_account on account_number (account_id);
  `.execute(db);
}
