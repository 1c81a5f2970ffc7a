import { sql, type Kysely } from 'kysely';

/** What is kept of somebody is found by their address, to be shown to them and to be removed; who was removed is known by a number alone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index notice_recipient on notice (recipient, id);
    create index question_email on question (lower(email));

    create table identity_removal (
      -- No identity's any more: what ledger, audit and history call whoever it was.
      identity_id uuid primary key,
      account_ids jsonb not null check (jsonb_typeof(account_ids) = 'array'),
      removed_at timestamptz not null,
      -- Where they were told things, until all of that has been sent and is gone; null from then on.
      contacts jsonb check (jsonb_typeof(contacts) = 'array')
    );
    create index identity_removal_unfinished on identity_removal (removed_at) where contacts is not null;

    -- That somebody accepted them, and when, stays under that number.
    alter table identity_terms drop constraint identity_terms_identity_id_fkey;

    -- Where an authorisation was confirmed to goes with whoever gave it; that it was given, and for what, stays.
    drop trigger funding_change_kept on funding_change;
    create trigger funding_change_kept before update on funding_change for each row
      when (new.mobile is not null or new.email is not null
        or (old.id, old.account_id, old.kind, old.mode, old.amount_cents, old.notices, old.agreement_version, old.by_kind, old.by_id, old.at)
          is distinct from (new.id, new.account_id, new.kind, new.mode, new.amount_cents, new.notices, new.agreement_version, new.by_kind,
            new.by_id, new.at))
      execute function history_is_immutable();
    create trigger funding_change_stays before delete on funding_change for each row execute function history_is_immutable();
  `.execute(db);
}
