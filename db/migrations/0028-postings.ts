import { sql, type Kysely } from 'kysely';

/**
 * The same ledger for about half the work. A CHECK of a table is read and prepared anew by each statement that writes to it, whichever columns it
 * touches; the check of a domain is kept by the connection and asked only about a value that is new. So what concerns one column becomes its
 * domain. Rewrites posting, entry and ledger_account.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await columns(db);
  await closed(db);
  await reference(db);
  await whole(db);
  await posting(db);
}

/** What one column may hold. */
const columns = (db: Kysely<unknown>) =>
  sql`
    -- A pattern with a count is a machine with as many states, made anew for each value: the same by length and by what may not be in it.
    alter domain sha256 drop constraint sha256_check;
    alter domain sha256 add constraint sha256_check check (length(value) = 64 and value !~ '[^0-9a-f]');
    alter domain e164 drop constraint e164_check;
    alter domain e164 add constraint e164_check check (length(value) between 3 and 16 and value ~ '^[+][1-9][0-9]+$');
    alter domain currency drop constraint currency_check;
    alter domain currency add constraint currency_check check (length(value) = 3 and value !~ '[^A-Z]');

    create domain posting_kind as text constraint posting_kind_check check (length(value) <= 64 and value ~ '^[a-z][a-z-]*$');
    create domain idempotency_key as text constraint idempotency_key_check check (value <> '');
    create domain posting_memo as jsonb constraint posting_memo_check check (jsonb_typeof(value) = 'object');
    alter table posting
      drop constraint posting_kind_check, drop constraint posting_idempotency_key_check, drop constraint posting_memo_check,
      alter column kind type posting_kind, alter column idempotency_key type idempotency_key, alter column memo type posting_memo;
    -- Nothing asks by it.
    drop index posting_at;

    create domain entry_seq as smallint constraint entry_seq_check check (value >= 0);
    create domain entry_cents as bigint constraint entry_cents_check check (value <> 0);
    alter table entry
      drop constraint entry_seq_check, drop constraint entry_cents_check,
      alter column seq type entry_seq, alter column cents type entry_cents;

    create domain ledger_kind as text constraint ledger_kind_check check (value in ('holder', 'card-clearing', 'cheque-clearing',
      'money-transfer-clearing', 'bank-clearing', 'suspense', 'revenue', 'refunds-payable', 'unclaimed', 'write-off'));
    create domain held_cents as bigint constraint held_cents_check check (value >= 0);
    drop trigger ledger_account_same on ledger_account;
    drop trigger low_balance_watched on ledger_account;
    alter table ledger_account
      -- Room in each page for the next balance: an update that stays in its page touches no index.
      set (fillfactor = 80),
      drop constraint ledger_account_kind_check, drop constraint ledger_account_held_cents_check,
      drop constraint holder_has_account, drop constraint holder_not_overdrawn,
      alter column kind type ledger_kind, alter column held_cents type held_cents,
      add column closed boolean not null default false,
      -- The house's own accounts keep neither: 0 of both.
      add constraint holder_not_overdrawn check (balance_cents >= held_cents);
    -- After, not before: a row that has triggers before its update is locked by itself first, and that is logged.
    create trigger ledger_account_same after update of id, kind, account_id, currency on ledger_account
      for each row execute function ledger_is_immutable();

    -- Neither column ever changes, so this is asked of new rows alone.
    create function refuse_ledger_account() returns trigger language plpgsql as $f$
      begin
        raise exception 'The ledger account of a holder has an account, one of the house has none.'
          using errcode = 'check_violation', constraint = 'holder_has_account', table = 'ledger_account';
      end
    $f$;
    create trigger holder_has_account before insert on ledger_account
      for each row when ((new.kind = 'holder') <> (new.account_id is not null)) execute function refuse_ledger_account();
    -- Balances that are far from any threshold (see funding_plan) are not looked at; nobody has a plan for an account of the house.
    create constraint trigger low_balance_watched after update of balance_cents on ledger_account deferrable initially deferred
      for each row when (least(old.balance_cents, new.balance_cents) <= 10000)
      execute function watch_low_balance();
  `.execute(db);

/** Whether the account is closed, in the row that a posting holds anyway: it sees a closing for which it has waited. */
const closed = (db: Kysely<unknown>) =>
  sql`
    update ledger_account set closed = true from account where account.id = account_id and account.status = 'closed';
    create or replace function open_ledger_account() returns trigger language plpgsql as $f$
      begin
        insert into ledger_account (kind, account_id, closed) select 'holder', id, status = 'closed' from opened;
        return null;
      end
    $f$;
    drop trigger account_in_ledger on account;
    create trigger account_in_ledger after insert on account referencing new table as opened
      for each statement execute function open_ledger_account();
    create function close_ledger_account() returns trigger language plpgsql as $f$
      begin
        update ledger_account set closed = (new.status = 'closed') where account_id = new.id and kind = 'holder';
        return null;
      end
    $f$;
    create trigger closing_in_ledger after update of status on account
      for each row when (new.status <> old.status) execute function close_ledger_account();
  `.execute(db);

const reference = (db: Kysely<unknown>) =>
  sql`
    -- Two digits at a time, from the right. The last of each two is doubled, and of what comes of it the digits are added: 2d, and one more from 5
    -- on, but for tens, is 11d / 5. Tens count nowhere, so the other is what is left before it.
    create or replace function with_check_digit(number bigint) returns text immutable strict language plpgsql as $f$
      declare
        total bigint := 0;
        rest bigint := number;
      begin
        while rest > 0 loop
          total := total + rest % 10 * 11 / 5 + rest / 10;
          rest := rest / 100;
        end loop;
        return lpad(number::text, greatest(9, length(number::text)), '0') || (10 - total % 10) % 10;
      end
    $f$;
  `.execute(db);

/*
 * Planned once in each connection, for any values (force_generic_plan): an array's length would otherwise be worth a plan of its own each time. And never
 * by a sequential scan, which is what a plan made while the tables were empty would stay at.
 */
const planned = sql`set plan_cache_mode = force_generic_plan set enable_seqscan = off`;

const whole = (db: Kysely<unknown>) =>
  sql`
    -- All entries of a posting come in one statement, in the transaction that made the posting, and add up to nothing. Each such statement brings
    -- the entry 0, and the primary key lets one do so.
    create or replace function entries_are_whole() returns trigger language plpgsql ${planned} as $f$
      declare
        fault text;
      begin
        select min(case
            when (select made_in from posting where id = whole.posting_id) is distinct from pg_current_xact_id() then 'HL000'
            when whole.cents <> 0 or whole.many < 2 or whole.many <> whole.known then 'HL002'
            when whole.first <> 0 then 'HL000'
          end) into fault
        from (
          select posting_id, sum(cents) as cents, count(*) as many, min(seq) as first,
            count((select id from ledger_account where id = added.ledger_account_id)) as known
          from added group by posting_id) as whole;
        if fault is null then return null; end if;
        if fault = 'HL000' then
          raise exception 'An entry belongs to a posting of its own transaction and statement.'
            using errcode = 'HL000', constraint = 'ledger_immutable';
        end if;
        raise exception 'The entries of a posting are of known accounts and add up to 0.'
          using errcode = 'HL002', constraint = 'posting_balanced';
      end
    $f$;
    create or replace function posting_has_entries() returns trigger language plpgsql ${planned} as $f$
      begin
        if not exists (select from entry where posting_id = new.id) then
          raise exception 'Posting % has no entries.', new.id using errcode = 'HL002', constraint = 'posting_balanced';
        end if;
        return null;
      end
    $f$;
  `.execute(db);

const posting = (db: Kysely<unknown>) =>
  sql`
    drop function ledger_post(text, text, text, timestamptz, jsonb, jsonb);

    /*
     * One posting in one round trip. cents: first those of the holders, then those of the house's accounts, each in the order of its names.
     * The same key and content again gives the posting that is there; other content raises HL001, an unknown account HL003, a closed one
     * HL004 (unless its money leaves it), too little money the constraint holder_not_overdrawn. balances: the holders' after it, in their order.
     */
    create function ledger_post(p_key text, p_hash text, p_kind text, p_at timestamptz, p_memo jsonb,
        p_holders text[], p_houses text[], p_cents bigint[])
      returns table (id bigint, reference text, kind text, at timestamptz, replayed boolean, balances jsonb) language plpgsql ${planned} as $f$
      #variable_conflict use_column
      declare
        side bigint;
        balance bigint;
        refused boolean;
        ledgers bigint[] := '{}';
        afters bigint[] := '{}';
        hash text;
      begin
        insert into posting (kind, at, idempotency_key, request_hash, memo) values (p_kind, p_at, p_key, p_hash, p_memo)
          on conflict (idempotency_key) do nothing returning posting.id, posting.reference into id, reference;
        if not found then
          select posting.id, posting.reference, posting.kind, posting.at, true, posting.request_hash, (
              select coalesce(jsonb_agg(balance_after_cents order by seq), '[]') from entry
              where posting_id = posting.id and balance_after_cents is not null)
            into id, reference, kind, at, replayed, hash, balances from posting where idempotency_key = p_key;
          if hash <> p_hash then
            raise exception 'This key was used for something else.' using errcode = 'HL001', constraint = 'posting_once';
          end if;
          return next;
          return;
        end if;

        -- Several holders always in the same order, so that two postings never wait for each other; one alone is locked by its update.
        if cardinality(p_holders) > 1 then
          perform from ledger_account where account_id = any (p_holders) order by ledger_account.id for no key update;
        end if;
        for n in 1 .. cardinality(p_holders) loop
          update ledger_account set balance_cents = balance_cents + p_cents[n]
            where account_id = p_holders[n] and ledger_account.kind = 'holder'
            returning ledger_account.id, balance_cents, closed and p_cents[n] > 0 into side, balance, refused;
          if not found then raise exception 'There is no such account.' using errcode = 'HL003'; end if;
          if refused then raise exception 'The account is closed.' using errcode = 'HL004'; end if;
          ledgers := ledgers || side;
          afters := afters || balance;
        end loop;
        insert into entry (posting_id, seq, ledger_account_id, cents, balance_after_cents)
          select id, seq - 1, coalesce(ledger, (select ledger_account.id from ledger_account
              where ledger_account.kind = p_houses[seq - cardinality(p_holders)] and account_id is null)), cents, balance_after
          from unnest(p_cents, ledgers, afters) with ordinality as line (cents, ledger, balance_after, seq);
        kind := p_kind;
        at := p_at;
        replayed := false;
        balances := to_jsonb(afters);
        return next;
      end
    $f$;
  `.execute(db);
