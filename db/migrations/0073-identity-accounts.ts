import { sql, type Kysely } from 'kysely';

/** Whose account it is on web and app: one identity's, who enrolled or showed its number and passcode (guide rows 28, 37, 53). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table identity_account (
      account_id text primary key references account,
      identity_id uuid not null references identity,
      way text not null check (way in ('enrolled', 'claimed')),
      at timestamptz not null
    );
    create index identity_account_identity on identity_account (identity_id, at);
    create trigger identity_account_kept before update on identity_account
      for each row execute function history_is_immutable();
  `.execute(db);
}
