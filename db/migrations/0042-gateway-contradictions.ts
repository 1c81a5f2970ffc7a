import { sql, type Kysely } from 'kysely';

/** What the card gateway says later than, and otherwise than, it did before. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Deposits of which our books and the gateway's say different things, and no answer of the gateway's mends it: for an agent to look at.
    create table deposit_contradiction (
      deposit_id uuid primary key references deposit,
      -- What our books say, and what the gateway says.
      ours text not null check (ours in ('captured', 'declined')),
      theirs text not null check (theirs in ('captured', 'declined', 'absent')),
      -- The gateway's event that led to it; null: none did.
      event_id text check (event_id <> ''),
      at timestamptz not null,
      decided_by_id text check (decided_by_id <> ''),
      decision_reason text check (decision_reason <> ''),
      decided_at timestamptz,
      constraint deposit_contradiction_is_one check (ours <> theirs),
      constraint deposit_contradiction_decided_whole check (num_nonnulls(decided_by_id, decision_reason, decided_at) in (0, 3))
    );
    create index deposit_contradiction_open on deposit_contradiction (at, deposit_id) where decided_at is null;

    -- A refund that the gateway took back after it had been refunded (a closed card, for one): it was posted back and is owed again. It keeps
    -- under which id it had been refunded.
    alter table card_refund
      add column failed_posting_id bigint references posting,
      add column failed_at timestamptz,
      drop constraint card_refund_refunded_whole,
      add constraint card_refund_refunded_whole check (
        (state = 'refunded' or failed_at is not null) = (gateway_refund_id is not null)
        and (state in ('refunded', 'charged-back') or failed_at is not null) = (refund_posting_id is not null)),
      add constraint card_refund_failed_whole check (
        (failed_at is null) = (failed_posting_id is null) and (failed_at is null or state = 'declined'));
  `.execute(db);
}
