import { sql, type Kysely } from 'kysely';

/** Saved cards: what a person may be shown, what the gateway calls it, and what was agreed to. Never a number. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table account_card (
      id bigint generated always as identity primary key,
      account_id text not null references account,
      token card_token not null unique,
      brand text not null check (brand in ('visa', 'mastercard')),
      last_four last_four not null,
      expiry_month smallint not null check (expiry_month between 1 and 12),
      expiry_year smallint not null check (expiry_year between 2000 and 2999),
      funding text not null check (funding in ('credit', 'debit', 'prepaid', 'unknown')),
      agreement_version text not null check (agreement_version <> ''),
      agreed_at timestamptz not null,
      agreed_by text not null check (agreed_by in ('web', 'phone-line', 'agent')),
      saved_at timestamptz not null,
      removed_at timestamptz,
      constraint agreed_first check (agreed_at <= saved_at),
      constraint removed_after check (removed_at >= saved_at)
    );
    create unique index account_card_current on account_card (account_id) where removed_at is null;
    create index account_card_account on account_card (account_id, id);
  `.execute(db);
}
