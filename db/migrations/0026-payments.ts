import { sql, type Kysely } from 'kysely';

/** Payments by mail, bank and money transfer: what came in, whose it is, and what is owed when the bank takes one back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create domain payment_kind as text check (value in (
      'personal-cheque', 'money-order', 'cashiers-cheque', 'bank-bill-pay', 'moneygram', 'western-union'));

    -- By kind and the day from which it is so. A deposit of $50 is always possible, and there is no minimum above that of a card (47 CFR 64.6100).
    create table payment_limit (
      kind payment_kind not null,
      in_force_from date not null,
      min_cents bigint not null check (min_cents between 1 and 200),
      max_cents bigint not null check (max_cents >= 5000),
      primary key (kind, in_force_from)
    );
    -- What came by mail is here: a small amount is not worth sending back, and a money order of the post office is up to $1,000.
    insert into payment_limit (kind, in_force_from, min_cents, max_cents)
      select kind, '2020-01-01', 1, 100000
      from unnest(array['personal-cheque', 'money-order', 'cashiers-cheque', 'bank-bill-pay', 'moneygram', 'western-union']) as kind;

    create table payment (
      id bigint generated always as identity primary key,
      idempotency_key text not null check (idempotency_key <> '') constraint payment_once unique,
      request_hash sha256 not null,
      kind payment_kind not null,
      -- Empty: the kind has one issuer, or its serials differ by themselves.
      issuer text not null,
      serial text not null check (serial <> ''),
      received_on date not null,
      cents bigint not null check (cents > 0),
      memo text not null check (memo !~ '[0-9]{13}'),
      sender jsonb,
      source text not null check (source in ('agent', 'lockbox')),
      state text not null check (state in ('on-account', 'in-suspense', 'sent-back', 'returned')),
      account_id text references account,
      -- Why it was in suspense, if ever.
      suspense_reason text check (suspense_reason in (
        'no-account-number', 'not-an-account-number', 'wrong-check-digit', 'unknown-account', 'account-closed', 'below-minimum', 'above-maximum')),
      -- What brought it in, and what brought it to the holder: the same, unless it was in suspense.
      posting_id bigint not null unique references posting,
      holder_posting_id bigint unique references posting,
      entered_at timestamptz not null,
      constraint payment_item_once unique (kind, issuer, serial, received_on),
      constraint payment_of_account check ((account_id is null) = (holder_posting_id is null)),
      constraint payment_state_whole check (case state
        when 'on-account' then account_id is not null
        when 'returned' then true
        else account_id is null and suspense_reason is not null end)
    );
    create index payment_in_suspense on payment (id) where state = 'in-suspense';
    create index payment_account on payment (account_id, id desc);

    create table payment_event (
      id bigint generated always as identity primary key,
      payment_id bigint not null references payment,
      idempotency_key text not null constraint payment_event_once unique,
      request_hash sha256 not null,
      kind text not null check (kind in ('entered', 'assigned', 'sent-back', 'returned')),
      by_id text not null check (by_id <> ''),
      reason text not null check (reason <> ''),
      posting_id bigint not null references posting,
      at timestamptz not null
    );
    create index payment_event_payment on payment_event (payment_id, id);
    create trigger payment_event_kept before update or delete on payment_event
      for each row execute function history_is_immutable();

    -- What a payment that the bank took back leaves owed: it is written off at once, and made good later or not.
    create table receivable (
      id bigint generated always as identity primary key,
      payment_id bigint not null constraint one_receivable_per_payment unique references payment,
      -- Null: the payment was never on an account, and had been sent back.
      account_id text references account,
      cents bigint not null check (cents > 0),
      settled_cents bigint not null default 0 check (settled_cents between 0 and cents),
      made_at timestamptz not null
    );
    create index receivable_open on receivable (account_id, id) where settled_cents < cents;

    create table receivable_event (
      id bigint generated always as identity primary key,
      receivable_id bigint not null references receivable,
      idempotency_key text not null constraint receivable_event_once unique,
      request_hash sha256 not null,
      kind text not null check (kind in ('recovered', 'waived')),
      cents bigint not null check (cents > 0),
      by_id text not null check (by_id <> ''),
      reason text not null check (reason <> ''),
      posting_id bigint references posting,
      at timestamptz not null,
      constraint recovered_is_posted check ((kind = 'recovered') = (posting_id is not null))
    );
    create trigger receivable_event_kept before update or delete on receivable_event
      for each row execute function history_is_immutable();

    -- A cheque to whoever sent money that belongs to no account.
    alter table cheque alter column account_id drop not null;
    alter table cheque drop constraint cheque_cause_check;
    alter table cheque
      add constraint cheque_cause_check check (cause in ('closing', 'agent', 'claimed', 'card-declined', 'to-sender')),
      add constraint cheque_of_account check ((cause = 'to-sender') = (account_id is null));
  `.execute(db);
}
