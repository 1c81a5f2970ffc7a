import { sql, type Kysely } from 'kysely';

/** AutoPay and TextPay: who takes part, when a balance ran low, what was asked and charged because of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create domain us_number as text check (value ~ '^\\+1[2-9][0-9]{2}[2-9][0-9]{6}$');

    -- No row, or one that has ended: not taking part, which is how every account begins.
    create table funding_plan (
      account_id text primary key references account,
      mode text not null check (mode in ('autopay', 'textpay', 'both')),
      amount_cents integer not null check (amount_cents between 500 and 10000 and amount_cents % 100 = 0),
      threshold_cents integer not null default 500 check (threshold_cents between 0 and 10000),
      mobile us_number,
      email text check (email <> ''),
      notices text not null check (notices in ('text', 'e-mail', 'both', 'none')),
      language language not null,
      agreement_version text not null check (agreement_version <> ''),
      agreed_at timestamptz not null,
      -- Whether the next fall to the threshold is still to come.
      armed boolean not null default true,
      declines integer not null default 0 check (declines >= 0),
      suspended_at timestamptz,
      enrolled_at timestamptz not null,
      ended_at timestamptz,
      constraint texts_need_mobile check (mobile is not null or (mode = 'autopay' and notices in ('e-mail', 'none'))),
      constraint mail_needs_address check (email is not null or notices in ('text', 'none')),
      constraint text_pay_not_suspended check (suspended_at is null or mode <> 'textpay')
    );
    create index funding_plan_mobile on funding_plan (mobile) where ended_at is null;

    -- Every joining, change and cancelling, as the plan was afterwards.
    create table funding_change (
      id bigint generated always as identity primary key,
      account_id text not null references account,
      kind text not null check (kind in ('enrolled', 'changed', 'suspended', 'resumed', 'ended')),
      mode text not null,
      amount_cents integer not null,
      mobile text,
      email text,
      notices text not null,
      agreement_version text not null,
      by_kind text not null check (by_kind in ('web', 'phone-line', 'agent', 'text', 'closing', 'house')),
      by_id text,
      at timestamptz not null
    );
    create index funding_change_account on funding_change (account_id, id desc);
    create function history_is_immutable() returns trigger language plpgsql as $f$
      begin
        raise exception 'History is not changed.' using errcode = 'HL000', constraint = 'history_immutable';
      end
    $f$;
    create trigger funding_change_kept before update or delete on funding_change
      for each row execute function history_is_immutable();

    -- One for each fall to the threshold.
    create table low_balance (
      id bigint generated always as identity primary key,
      account_id text not null references account,
      -- The posting that took it there; null: it was there already when the holder joined.
      posting_id bigint references posting,
      balance_cents bigint not null,
      at timestamptz not null,
      state text not null default 'waiting' check (state in ('waiting', 'charging', 'charged', 'declined', 'asked', 'dropped')),
      -- Why it was declined or dropped.
      reason text,
      settled_at timestamptz,
      constraint low_balance_settled_whole check ((state in ('waiting', 'charging')) = (settled_at is null)),
      constraint low_balance_reason check ((state in ('declined', 'dropped')) <= (reason is not null))
    );
    create index low_balance_account on low_balance (account_id, id desc);
    create index low_balance_unsettled on low_balance (at) where settled_at is null;

    create table text_pay_alert (
      id bigint generated always as identity primary key,
      low_balance_id bigint not null references low_balance constraint one_alert_per_low_balance unique,
      account_id text not null references account,
      mobile us_number not null,
      cents integer not null check (cents > 0),
      sent_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > sent_at),
      state text not null default 'open' check (state in ('open', 'paying', 'paid', 'declined')),
      -- The carrier's id of the text that agreed: a text that is delivered again agrees to nothing else.
      answered_by text constraint one_alert_per_text unique,
      paid_deposit_id text constraint one_alert_per_deposit unique,
      constraint text_pay_alert_paid_whole check ((state = 'paid') = (paid_deposit_id is not null))
    );
    create index text_pay_alert_mobile on text_pay_alert (mobile, id desc);

    -- What the saved card is asked for, written down before the gateway hears of it: asked again, it is asked the same.
    create table funding_charge (
      id bigint generated always as identity primary key,
      account_id text not null references account,
      low_balance_id bigint constraint one_charge_per_low_balance unique references low_balance,
      text_pay_alert_id bigint constraint one_charge_per_alert unique references text_pay_alert,
      cents integer not null check (cents > 0),
      card_token text not null,
      card_brand text not null,
      card_last_four text not null check (card_last_four ~ '^[0-9]{4}$'),
      state text not null default 'charging' check (state in ('charging', 'captured', 'declined')),
      deposit_id text,
      reason text,
      started_at timestamptz not null,
      ended_at timestamptz,
      constraint charge_has_one_cause check (num_nonnulls(low_balance_id, text_pay_alert_id) = 1),
      constraint charge_ended_whole check ((state = 'charging') = (ended_at is null))
    );
    -- Two charges of one account are never under way at once.
    create unique index funding_charge_under_way on funding_charge (account_id) where state = 'charging';

    -- Texts of a calendar month (US Pacific time) to a mobile: "up to 5 messages per month".
    create table funding_text_month (
      mobile us_number not null,
      month date not null check (extract(day from month) = 1),
      sent integer not null check (sent between 1 and 5),
      primary key (mobile, month)
    );

    /* Writes down that the balance is low and gives the work out, if the plan is live and armed. The caller holds the holder's row. */
    create function reach_low_balance(p_account text, p_balance bigint, p_posting bigint, p_at timestamptz) returns bigint
      language plpgsql as $f$
      declare
        made bigint;
      begin
        update funding_plan set armed = false
          where account_id = p_account and ended_at is null and armed and threshold_cents >= p_balance;
        if not found then return null; end if;
        insert into low_balance (account_id, posting_id, balance_cents, at) values (p_account, p_posting, p_balance, p_at)
          returning id into made;
        insert into outbox (topic, payload) values ('low-balance', jsonb_build_object('lowBalanceId', made::text));
        return made;
      end
    $f$;

    /*
     * Whoever posts, this looks at what the transaction leaves behind, at its end and still inside it; a sum that was low only on the way is
     * none. Postings of one account follow each other by its row's lock, so a fall is seen once.
     */
    create function watch_low_balance() returns trigger language plpgsql as $f$
      declare
        threshold integer;
        balance bigint;
        cause posting;
      begin
        select threshold_cents into threshold from funding_plan where account_id = new.account_id and ended_at is null;
        if not found then return null; end if;
        select balance_cents into balance from ledger_account where id = new.id;
        if balance > threshold then
          update funding_plan set armed = true where account_id = new.account_id and ended_at is null and not armed;
        elsif new.balance_cents < old.balance_cents then
          select posting.* into cause from entry join posting on posting.id = entry.posting_id
            where entry.ledger_account_id = new.id and posting.made_in = pg_current_xact_id()
            order by entry.posting_id desc limit 1;
          perform reach_low_balance(new.account_id, balance, cause.id, coalesce(cause.at, now()));
        end if;
        return null;
      end
    $f$;
    -- Balances that are far from any threshold (see funding_plan) are not looked at.
    create constraint trigger low_balance_watched after update of balance_cents on ledger_account deferrable initially deferred
      for each row when (new.kind = 'holder' and least(old.balance_cents, new.balance_cents) <= 10000)
      execute function watch_low_balance();

    -- A closed account takes part in nothing, whoever closes it.
    create function end_funding_with_account() returns trigger language plpgsql as $f$
      begin
        -- The holder's row before the plan's, as a posting takes them.
        perform from ledger_account where account_id = new.id and kind = 'holder' for no key update;
        with ended as (
          update funding_plan set ended_at = new.closed_at where account_id = new.id and ended_at is null returning *)
        insert into funding_change (account_id, kind, mode, amount_cents, mobile, email, notices, agreement_version, by_kind, at)
          select account_id, 'ended', mode, amount_cents, mobile, email, notices, agreement_version, 'closing', ended_at from ended;
        update low_balance set state = 'dropped', reason = 'plan-ended', settled_at = new.closed_at
          where account_id = new.id and state = 'waiting';
        return null;
      end
    $f$;
    create trigger funding_ends_with_account after update of status on account
      for each row when (new.status = 'closed' and old.status <> 'closed') execute function end_funding_with_account();
  `.execute(db);
}
