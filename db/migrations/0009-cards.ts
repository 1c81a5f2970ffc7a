import { sql, type Kysely } from 'kysely';

/** Cards that accounts keep with us: what the gateway calls them, and what the holder agreed to. No column takes a card number. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table saved_card (
      id bigint generated always as identity primary key,
      account_id text not null references account,
      -- However it is grouped: thirteen digits are a card number.
      token text not null check (token <> '' and token !~ '([0-9][ -]?){13}'),
      brand text not null check (brand in ('visa', 'mastercard')),
      last_four text not null check (last_four ~ '^[0-9]{4}$'),
      expiry_month smallint not null check (expiry_month between 1 and 12),
      expiry_year smallint not null check (expiry_year between 2000 and 2100),
      funding text not null check (funding in ('credit', 'debit', 'prepaid', 'unknown')),
      -- The payment agreement, by the day its text took effect.
      agreement_version text not null check (agreement_version ~ '^20[0-9]{2}-[0-9]{2}-[0-9]{2}$'),
      agreed_at timestamptz not null,
      channel text not null check (channel in ('web', 'phone-line', 'agent')),
      saved_at timestamptz not null,
      removed_at timestamptz,
      constraint saved_card_agreed_before check (agreed_at <= saved_at),
      constraint saved_card_removed_after check (removed_at >= saved_at)
    );
    create unique index saved_card_current on saved_card (account_id) where removed_at is null;
    create index saved_card_account on saved_card (account_id, saved_at desc);
  `.execute(db);
}
