import { sql, type Kysely } from 'kysely';

/** What an agent finds out of a refund in question; cheques that nobody cashed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Charged back: the bank took the money from us by itself, so it is owed no more.
    alter table card_refund
      add column decided_by_id text,
      add column decision_reason text check (decision_reason <> ''),
      drop constraint card_refund_state_check,
      drop constraint card_refund_refunded_whole,
      drop constraint card_refund_declined_whole,
      add constraint card_refund_state_check
        check (state in ('due', 'asking', 'refunded', 'declined', 'in-question', 'charged-back')),
      add constraint card_refund_refunded_whole check (
        (state = 'refunded') = (gateway_refund_id is not null)
        and (state in ('refunded', 'charged-back')) = (refund_posting_id is not null)),
      -- One that was in question keeps why.
      add constraint card_refund_declined_whole check (case
        when state in ('due', 'asking') then decline_reason is null
        when state = 'refunded' then (decline_reason is not null) = (decided_by_id is not null)
        else decline_reason is not null end),
      add constraint card_refund_decided_whole check (
        (decided_by_id is null) = (decision_reason is null)
        and (decided_by_id is null or state in ('refunded', 'declined', 'charged-back'))
        and (state = 'charged-back') <= (decided_by_id is not null));

    -- Stale: mailed and never cashed; what it was for is among the unclaimed funds.
    alter table refund_terms add column cheque_stale_days smallint not null default 180 check (cheque_stale_days >= 90);
    alter table cheque
      drop constraint cheque_state_check,
      drop constraint cheque_in_batch,
      drop constraint cheque_numbered,
      add constraint cheque_state_check
        check (state in ('needs-address', 'queued', 'printing', 'mailed', 'cashed', 'stale')),
      add constraint cheque_in_batch check ((state in ('printing', 'mailed', 'cashed', 'stale')) = (batch_id is not null)),
      add constraint cheque_numbered check ((state in ('mailed', 'cashed', 'stale')) = (cheque_number is not null));
    alter table cheque_event
      add column reason text check (reason <> ''),
      drop constraint cheque_event_kind_check,
      add constraint cheque_event_kind_check check (
        kind in ('queued', 'needs-address', 'addressed', 'claimed', 'mailed', 'cashed', 'returned', 'stale')),
      add constraint cheque_event_stale_reason check ((kind = 'stale') = (reason is not null));
  `.execute(db);
}
