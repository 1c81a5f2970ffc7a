import { sql, type Kysely } from 'kysely';
import { bankHolidays } from './0021-bank-holidays.ts';

/** Closing an account, and what becomes of its money: refunds to cards, cheques, funds nobody claims. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- How long a refund takes, by the day from which it is so. Business days for cards, calendar days for the others.
    create table refund_terms (
      in_force_from date primary key,
      card_days_min smallint not null check (card_days_min >= 0),
      card_days_max smallint not null check (card_days_max >= card_days_min),
      cheque_days_min smallint not null check (cheque_days_min >= 0),
      cheque_days_max smallint not null check (cheque_days_max >= cheque_days_min),
      -- 47 CFR 64.6130: nothing is disposed of before.
      inactive_days smallint not null check (inactive_days >= 180)
    );
    -- "within 10-12 business days", "in 2-3 weeks": guide rows 50 and 51.
    insert into refund_terms values ('2020-01-01', 10, 12, 14, 21, 180);
    create table bank_holiday (day date primary key, name text not null);

    create table account_closing (
      account_id text primary key references account,
      idempotency_key text not null check (idempotency_key <> '') constraint closing_once unique,
      by_kind text not null check (by_kind in ('web', 'phone-line', 'agent')),
      by_id text,
      -- Of the preview that was shown and agreed to.
      preview_version sha256 not null,
      balance_cents bigint not null check (balance_cents >= 0),
      posting_id bigint references posting,
      numbers jsonb not null check (jsonb_typeof(numbers) = 'array'),
      at timestamptz not null,
      constraint closing_posted check ((balance_cents > 0) = (posting_id is not null))
    );

    -- Money that goes back to a card by the gateway. Due: it was never asked. Asking: it may have been. In question: the gateway's books are
    -- not ours, and an agent decides.
    create table card_refund (
      -- Also the gateway's idempotency key.
      id uuid primary key,
      account_id text not null references account,
      cause text not null check (cause in ('closing', 'after-closing', 'agent', 'claimed')),
      -- What put the money into refunds-payable.
      posting_id bigint not null references posting,
      deposit_id uuid not null references deposit,
      cents bigint not null check (cents > 0),
      state text not null default 'due' check (state in ('due', 'asking', 'refunded', 'declined', 'in-question')),
      due_from date not null,
      due_until date not null check (due_until >= due_from),
      made_at timestamptz not null,
      asked_at timestamptz,
      asked integer not null default 0,
      gateway_refund_id text unique,
      decline_reason text,
      refund_posting_id bigint references posting,
      ended_at timestamptz,
      constraint card_refund_refunded_whole check (
        (state = 'refunded') = (gateway_refund_id is not null) and (state = 'refunded') = (refund_posting_id is not null)),
      constraint card_refund_declined_whole check ((state in ('declined', 'in-question')) = (decline_reason is not null)),
      constraint card_refund_ended_whole check ((state in ('due', 'asking')) = (ended_at is null)),
      constraint card_refund_asked_whole check ((state = 'due') = (asked_at is null))
    );
    create index card_refund_deposit on card_refund (deposit_id);
    create index card_refund_posting on card_refund (posting_id);
    create index card_refund_account on card_refund (account_id, made_at desc);
    create index card_refund_open on card_refund (made_at) where ended_at is null;

    -- Whoever writes them, the refunds of a deposit are never more than the deposit.
    create function refund_within_deposit() returns trigger language plpgsql as $f$
      declare
        paid deposit;
        given bigint;
      begin
        perform pg_advisory_xact_lock(hashtextextended('refund ' || new.deposit_id::text, 0));
        select * into paid from deposit where id = new.deposit_id;
        select coalesce(sum(cents), 0) into given from card_refund where deposit_id = new.deposit_id and state <> 'declined' and id <> new.id;
        if paid.state <> 'captured' or paid.account_id <> new.account_id or given + new.cents > paid.cents then
          raise exception 'A refund is not more than is left of its deposit.' using errcode = '23514', constraint = 'refund_within_deposit';
        end if;
        return new;
      end
    $f$;
    create trigger refund_within_deposit before insert on card_refund for each row execute function refund_within_deposit();

    create table cheque (
      id bigint generated always as identity primary key,
      account_id text not null references account,
      cause text not null check (cause in ('closing', 'agent', 'claimed', 'card-declined')),
      -- What put the money into refunds-payable.
      posting_id bigint not null references posting,
      card_refund_id uuid constraint one_cheque_per_card_refund unique references card_refund,
      cents bigint not null check (cents > 0),
      state text not null check (state in ('needs-address', 'queued', 'printing', 'mailed', 'cashed')),
      payee text check (payee <> ''),
      address jsonb,
      due_from date not null,
      due_until date not null check (due_until >= due_from),
      -- Printed anew after it came back: the next.
      attempt smallint not null default 1 check (attempt > 0),
      batch_id uuid,
      cheque_number text constraint cheque_number_once unique check (cheque_number ~ '^[0-9]{1,20}$'),
      made_at timestamptz not null,
      constraint cheque_addressed check ((state = 'needs-address') or (payee is not null and address is not null)),
      constraint cheque_in_batch check ((state in ('printing', 'mailed', 'cashed')) = (batch_id is not null)),
      constraint cheque_numbered check ((state in ('mailed', 'cashed')) = (cheque_number is not null)),
      constraint cheque_from_card check ((cause = 'card-declined') = (card_refund_id is not null))
    );
    create index cheque_state on cheque (state, id) where state <> 'cashed';
    create index cheque_batch on cheque (batch_id) where batch_id is not null;
    create index cheque_account on cheque (account_id, id desc);
    create index cheque_posting on cheque (posting_id);

    create table cheque_event (
      id bigint generated always as identity primary key,
      cheque_id bigint not null references cheque,
      kind text not null check (kind in ('queued', 'needs-address', 'addressed', 'claimed', 'mailed', 'cashed', 'returned')),
      attempt smallint not null,
      by_id text not null,
      cheque_number text,
      posting_id bigint references posting,
      at timestamptz not null
    );
    create index cheque_event_cheque on cheque_event (cheque_id, id);
    create trigger cheque_event_kept before update or delete on cheque_event
      for each row execute function history_is_immutable();

    -- The last use that leaves no other row, a sign-in for one.
    create table account_activity (
      account_id text primary key references account,
      kind text not null check (kind ~ '^[a-z][a-z-]{0,39}$'),
      at timestamptz not null
    );

    create table unclaimed_fund (
      id bigint generated always as identity primary key,
      account_id text not null references account,
      idempotency_key text not null constraint unclaimed_once unique,
      cents bigint not null check (cents > 0),
      posting_id bigint not null references posting,
      last_active_at timestamptz not null,
      by_id text not null,
      reason text not null check (reason <> ''),
      at timestamptz not null,
      claimed_at timestamptz,
      claimed_by_id text,
      claim_posting_id bigint references posting,
      constraint unclaimed_claimed_whole check (num_nonnulls(claimed_at, claimed_by_id, claim_posting_id) in (0, 3))
    );
    create index unclaimed_fund_account on unclaimed_fund (account_id);

    -- A deposit that was captured after its account was closed goes straight back; those that were before wait in suspense.
    alter table deposit rename column in_suspense to after_closing;
  `.execute(db);
  for (const [name, days] of Object.entries(bankHolidays))
    for (const day of days)
      await sql`insert into bank_holiday (day, name) values (${day}::text::date, ${name})`.execute(db);
}
