import { sql, type Kysely } from 'kysely';

/** What an agent decides about lockbox lines that were rejected, cheques whose money bounced, and contradictions with the card gateway. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- A rejected line is entered as an agent reads it, or dismissed. It keeps what the file said and why it was rejected.
    alter table lockbox_line
      add column decided_by_id text check (decided_by_id <> ''),
      add column decision_reason text check (decision_reason <> ''),
      add column decided_at timestamptz,
      drop constraint lockbox_line_state_check,
      drop constraint lockbox_line_read,
      drop constraint lockbox_line_reason,
      drop constraint lockbox_line_paid,
      add constraint lockbox_line_state_check check (
        state in ('waiting', 'on-account', 'in-suspense', 'duplicate', 'rejected', 'entered', 'dismissed')),
      add constraint lockbox_line_read check (
        (item is null) = (item_key is null) and (item is not null or state in ('rejected', 'entered', 'dismissed'))),
      add constraint lockbox_line_reason check ((state in ('rejected', 'entered', 'dismissed')) <= (reason is not null)),
      add constraint lockbox_line_paid check (
        (state in ('on-account', 'in-suspense', 'duplicate', 'entered')) <= (payment_id is not null)),
      add constraint lockbox_line_decided check (
        num_nonnulls(decided_by_id, decision_reason, decided_at) = case when state in ('entered', 'dismissed') then 3 else 0 end);
    drop index lockbox_line_payment;
    create unique index lockbox_line_payment on lockbox_line (payment_id) where state in ('on-account', 'in-suspense', 'entered');

    -- In question: the bank took back a payment that the cheque gives back. Stopped: it is never printed; what bounced is made good by it.
    alter table cheque
      add column in_question boolean not null default false,
      drop constraint cheque_state_check,
      drop constraint cheque_addressed,
      add constraint cheque_state_check
        check (state in ('needs-address', 'queued', 'printing', 'mailed', 'cashed', 'stale', 'stopped')),
      add constraint cheque_addressed check (
        state in ('needs-address', 'stopped') or (payee is not null and address is not null)),
      add constraint cheque_questioned check (not in_question or state in ('needs-address', 'queued', 'printing'));
    create index cheque_in_question on cheque (id) where in_question;
    alter table cheque_event
      -- What bounced.
      add column payment_id bigint references payment,
      drop constraint cheque_event_kind_check,
      drop constraint cheque_event_stale_reason,
      add constraint cheque_event_kind_check check (kind in ('queued', 'needs-address', 'addressed', 'claimed', 'mailed', 'cashed',
        'returned', 'stale', 'questioned', 'gone-on', 'stopped')),
      add constraint cheque_event_reason check (
        (kind in ('stale', 'questioned', 'gone-on', 'stopped')) = (reason is not null)),
      add constraint cheque_event_questioned check ((kind = 'questioned') = (payment_id is not null));

    -- What was decided is history: when the gateway says something else later, that is another contradiction.
    alter table deposit_contradiction
      drop constraint deposit_contradiction_pkey,
      add column id bigint generated always as identity primary key,
      -- Captured: the agent found that the money had been taken, and it was posted.
      add column decision text check (decision in ('looked-at', 'captured'));
    update deposit_contradiction set decision = 'looked-at' where decided_at is not null;
    alter table deposit_contradiction
      drop constraint deposit_contradiction_decided_whole,
      add constraint deposit_contradiction_decided_whole
        check (num_nonnulls(decision, decided_by_id, decision_reason, decided_at) in (0, 4)),
      add constraint deposit_contradiction_captured check (decision <> 'captured' or theirs = 'captured');
    create unique index deposit_contradiction_one_open on deposit_contradiction (deposit_id) where decided_at is null;
    create index deposit_contradiction_deposit on deposit_contradiction (deposit_id, id desc);
  `.execute(db);
}
