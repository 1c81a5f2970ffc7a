import { sql, type Kysely } from 'kysely';

/**
 * Two questions that a posting asked each time and nearly always for nothing: whether its holder has a funding plan, and how many postings
 * the entries of one statement belong to. A posting takes about a tenth less of PostgreSQL's work.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await watched(db);
  await whole(db);
}

/** Whether a live plan looks at the balance, in the row that a posting holds anyway: it sees a joining for which it has waited. */
const watched = (db: Kysely<unknown>) =>
  sql`
    alter table ledger_account add column watched boolean not null default false;
    update ledger_account set watched = true from funding_plan
      where funding_plan.account_id = ledger_account.account_id and ledger_account.kind = 'holder' and ended_at is null;
    create function watch_ledger_account() returns trigger language plpgsql as $f$
      begin
        update ledger_account set watched = (new.ended_at is null) where account_id = new.account_id and kind = 'holder';
        return null;
      end
    $f$;
    create trigger plan_watches_balance after insert or update of ended_at on funding_plan
      for each row execute function watch_ledger_account();
    drop trigger low_balance_watched on ledger_account;
    -- Balances that are far from any threshold (see funding_plan) are not looked at.
    create constraint trigger low_balance_watched after update of balance_cents on ledger_account deferrable initially deferred
      for each row when (new.watched and least(old.balance_cents, new.balance_cents) <= 10000)
      execute function watch_low_balance();
  `.execute(db);

/** The same rule as before (see 0028), asked first as if all entries were of one posting, which needs no groups. */
const whole = (db: Kysely<unknown>) =>
  sql`
    create or replace function entries_are_whole() returns trigger language plpgsql
      set plan_cache_mode = force_generic_plan set enable_seqscan = off as $f$
      declare
        fault text;
      begin
        if (select min(posting_id) = max(posting_id) and sum(cents) = 0 and count(*) >= 2 and min(seq) = 0
              and count(*) = count((select id from ledger_account where id = added.ledger_account_id))
              and (select made_in from posting where id = min(added.posting_id)) = pg_current_xact_id()
            from added) then
          return null;
        end if;
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
  `.execute(db);
