import { sql, type Kysely } from 'kysely';

/**
 * The double-entry ledger. A posting is written once, with all its entries, in one transaction; nobody changes or removes one. Positive
 * cents are credits: on a holder's ledger account they are what we owe the holder.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create domain currency as text check (value ~ '^[A-Z]{3}$');

    create table ledger_account (
      id bigint generated always as identity primary key,
      kind text not null check (kind in ('holder', 'card-clearing', 'cheque-clearing', 'money-transfer-clearing', 'bank-clearing',
        'suspense', 'revenue', 'refunds-payable', 'unclaimed', 'write-off')),
      account_id text references account,
      currency currency not null default 'USD',
      -- Kept for holders only, under the row's lock. The house's own accounts would make every posting wait for every other: theirs are summed.
      balance_cents bigint not null default 0,
      held_cents bigint not null default 0 check (held_cents >= 0),
      constraint holder_has_account check ((kind = 'holder') = (account_id is not null)),
      constraint holder_not_overdrawn check (kind <> 'holder' or balance_cents >= held_cents),
      constraint one_of_a_kind unique nulls not distinct (account_id, kind, currency)
    );
    insert into ledger_account (kind) values ('card-clearing'), ('cheque-clearing'), ('money-transfer-clearing'), ('bank-clearing'),
      ('suspense'), ('revenue'), ('refunds-payable'), ('unclaimed'), ('write-off');

    -- The number and its check digit (ISO/IEC 7812-1, Luhn): one digit heard wrong, or two neighbours swapped, is noticed.
    create function with_check_digit(number bigint) returns text immutable strict language plpgsql as $f$
      declare
        digits text := lpad(number::text, greatest(9, length(number::text)), '0');
        total integer := 0;
        digit integer;
      begin
        for i in 1 .. length(digits) loop
          digit := substr(digits, length(digits) - i + 1, 1)::integer;
          if i % 2 = 1 then digit := digit * 2; if digit > 9 then digit := digit - 9; end if; end if;
          total := total + digit;
        end loop;
        return digits || ((10 - total % 10) % 10)::text;
      end
    $f$;

    create table posting (
      id bigint generated always as identity primary key,
      -- What a person reads out: ten digits, the last a check digit.
      -- Found by its id, which is all but the last of them.
      reference text not null generated always as (with_check_digit(id)) stored,
      kind text not null check (kind ~ '^[a-z][a-z-]{0,63}$'),
      at timestamptz not null,
      currency currency not null default 'USD',
      idempotency_key text not null check (idempotency_key <> '') constraint posting_once unique,
      request_hash sha256 not null,
      memo jsonb not null check (jsonb_typeof(memo) = 'object'),
      made_in xid8 not null default pg_current_xact_id()
    );
    create index posting_at on posting using brin (at);

    -- That its posting and ledger account exist is seen to by entries_are_whole. Foreign keys would lock the row of card-clearing and the
    -- like for every posting of all the house, at half the speed; neither table lets a row go.
    create table entry (
      posting_id bigint not null,
      seq smallint not null check (seq >= 0),
      ledger_account_id bigint not null,
      cents bigint not null check (cents <> 0),
      -- A holder's balance after it: a statement needs no sum from the beginning.
      balance_after_cents bigint,
      primary key (posting_id, seq)
    );
    create index entry_ledger_account on entry (ledger_account_id, posting_id desc);

    create function ledger_is_immutable() returns trigger language plpgsql as $f$
      begin
        raise exception 'The ledger is not changed: post the opposite.' using errcode = 'HL000', constraint = 'ledger_immutable';
      end
    $f$;
    create trigger posting_immutable before update or delete on posting for each row execute function ledger_is_immutable();
    create trigger entry_immutable before update or delete on entry for each row execute function ledger_is_immutable();
    create trigger posting_kept before truncate on posting execute function ledger_is_immutable();
    create trigger entry_kept before truncate on entry execute function ledger_is_immutable();

    create trigger ledger_account_kept before delete on ledger_account for each row execute function ledger_is_immutable();
    create trigger ledger_account_same before update of id, kind, account_id, currency on ledger_account
      for each row execute function ledger_is_immutable();

    -- A function is planned once in each connection, perhaps when these tables are still empty, and a plan that reads them whole would stay.
    -- All entries of a posting come in one statement, in the transaction that made the posting, and add up to nothing.
    create function entries_are_whole() returns trigger language plpgsql
      set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $f$
      declare
        fault text;
      begin
        select min(case
            when posting.made_in is distinct from pg_current_xact_id() then 'HL000'
            when whole.cents <> 0 or whole.many < 2 or whole.many <> whole.known then 'HL002'
            when exists (select from entry where entry.posting_id = whole.posting_id and entry.seq <> all (whole.seqs)) then 'HL000'
          end) into fault
        from (
          select added.posting_id, sum(cents) as cents, count(*) as many, count(ledger_account.id) as known, array_agg(seq) as seqs
          from added left join ledger_account on ledger_account.id = added.ledger_account_id group by added.posting_id) as whole
        left join posting on posting.id = whole.posting_id;
        if fault = 'HL000' then
          raise exception 'An entry belongs to a posting of its own transaction and statement.'
            using errcode = 'HL000', constraint = 'ledger_immutable';
        elsif fault is not null then
          raise exception 'The entries of a posting are of known accounts and add up to 0.' using errcode = 'HL002', constraint = 'posting_balanced';
        end if;
        return null;
      end
    $f$;
    create trigger entries_whole after insert on entry referencing new table as added
      for each statement execute function entries_are_whole();
    -- When it is committed it has them.
    create function posting_has_entries() returns trigger language plpgsql set enable_seqscan = off as $f$
      begin
        if not exists (select from entry where posting_id = new.id) then
          raise exception 'Posting % has no entries.', new.id using errcode = 'HL002', constraint = 'posting_balanced';
        end if;
        return null;
      end
    $f$;
    create constraint trigger posting_balanced after insert on posting deferrable initially deferred
      for each row execute function posting_has_entries();

    -- Money kept for a call that goes on: it cannot be spent twice, and is not yet spent.
    create table hold (
      id bigint generated always as identity primary key,
      ledger_account_id bigint not null references ledger_account,
      idempotency_key text not null check (idempotency_key <> '') constraint hold_once unique,
      cents bigint not null check (cents > 0),
      state text not null default 'held' check (state in ('held', 'captured', 'released')),
      reason text not null,
      placed_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > placed_at),
      ended_at timestamptz,
      posting_id bigint references posting,
      constraint hold_ended_whole check ((state = 'held') = (ended_at is null)),
      constraint hold_captured_whole check (posting_id is null or state = 'captured')
    );
    create index hold_open on hold (expires_at) where state = 'held';
    create index hold_ledger_account on hold (ledger_account_id) where state = 'held';

    -- Every account there was before there was a ledger has a place in it, and so has every later one.
    create function open_ledger_account() returns trigger language plpgsql as $f$
      begin
        insert into ledger_account (kind, account_id) values ('holder', new.id);
        return null;
      end
    $f$;
    insert into ledger_account (kind, account_id) select 'holder', id from account;
    create trigger account_in_ledger after insert on account for each row execute function open_ledger_account();

    /*
     * One posting in one round trip. entries: [{"holder": "…"} or {"ledger": "card-clearing"}, with "cents"].
     * The same key and content again gives the posting that is there; other content raises HL001, an unknown account HL003, a closed one
     * HL004 (unless its money leaves it), too little money the constraint holder_not_overdrawn.
     */
    create function ledger_post(p_key text, p_hash text, p_kind text, p_at timestamptz, p_memo jsonb, p_entries jsonb)
      returns table (id bigint, reference text, kind text, at timestamptz, replayed boolean, balances jsonb) language plpgsql as $f$
      #variable_conflict use_column
      declare
        made posting;
        item jsonb;
        amount bigint;
        side ledger_account;
        sides jsonb := '{}';
        ledgers bigint[] := '{}';
        amounts bigint[] := '{}';
        afters bigint[] := '{}';
      begin
        insert into posting (kind, at, idempotency_key, request_hash, memo) values (p_kind, p_at, p_key, p_hash, p_memo)
          on conflict (idempotency_key) do nothing returning * into made;
        if made.id is null then
          select * into made from posting where posting.idempotency_key = p_key;
          if made.request_hash <> p_hash then
            raise exception 'This key was used for something else.' using errcode = 'HL001', constraint = 'posting_once';
          end if;
          return query select made.id, made.reference, made.kind, made.at, true, (
            select coalesce(jsonb_object_agg(ledger_account.account_id, jsonb_build_array(entry.balance_after_cents - entry.cents, entry.balance_after_cents)), '{}')
            from entry join ledger_account on ledger_account.id = entry.ledger_account_id
            where entry.posting_id = made.id and ledger_account.account_id is not null);
          return;
        end if;

        -- Several holders always in the same order, so that two postings never wait for each other; one alone is locked by its update.
        if (select count(*) from jsonb_array_elements(p_entries) as line where line ? 'holder') > 1 then
          perform from ledger_account where account_id in (select value ->> 'holder' from jsonb_array_elements(p_entries))
            order by ledger_account.id for no key update;
        end if;
        -- One by one: a join with what is in jsonb is planned for a hundred rows, and reads whole tables.
        for item in select value from jsonb_array_elements(p_entries) loop
          amount := (item ->> 'cents')::bigint;
          if item ? 'holder' then
            update ledger_account set balance_cents = balance_cents + amount
              where account_id = item ->> 'holder' and ledger_account.kind = 'holder' returning * into side;
            if side.id is null then raise exception 'There is no such account.' using errcode = 'HL003'; end if;
            if amount > 0 and (select status from account where account.id = side.account_id) = 'closed' then
              raise exception 'The account is closed.' using errcode = 'HL004';
            end if;
            sides := sides || jsonb_build_object(side.account_id, jsonb_build_array(side.balance_cents - amount, side.balance_cents));
            afters := afters || side.balance_cents;
          else
            select * into side from ledger_account where ledger_account.kind = item ->> 'ledger' and account_id is null;
            afters := afters || null::bigint;
          end if;
          ledgers := ledgers || side.id;
          amounts := amounts || amount;
        end loop;
        insert into entry (posting_id, seq, ledger_account_id, cents, balance_after_cents)
          select made.id, (seq - 1)::smallint, ledger, cents, balance_after
          from unnest(ledgers, amounts, afters) with ordinality as line (ledger, cents, balance_after, seq);
        return query select made.id, made.reference, made.kind, made.at, false, sides;
      end
    $f$;
  `.execute(db);
}
