import { sql, type Kysely } from 'kysely';

/**
 * The books of the sandbox card gateway, which stands for a company of its own: no key leads from here to our tables or back. And the two
 * words for what may be kept of a card.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- A run of 13 digits or more, spaced or not, could be a card number: never a token.
    create domain card_token as text check (value <> '' and length(value) <= 255 and value !~ '[0-9]([ -]?[0-9]){12}');
    create domain last_four as text check (value ~ '^[0-9]{4}$');

    create table sandbox_card (
      token card_token primary key,
      brand text not null check (brand in ('visa', 'mastercard')),
      last_four last_four not null,
      expiry_month smallint not null check (expiry_month between 1 and 12),
      expiry_year smallint not null check (expiry_year between 2000 and 2999),
      funding text not null check (funding in ('credit', 'debit', 'prepaid', 'unknown')),
      behaviour text not null check (behaviour <> ''),
      kept boolean not null,
      -- Not kept: the one charge it was good for.
      spent_by text,
      forgotten_at timestamptz,
      created_at timestamptz not null
    );

    create table sandbox_charge (
      id text primary key check (id <> ''),
      key text not null unique check (key <> ''),
      -- fenced: somebody asked after the key before any charge came, so none may come any more.
      state text not null check (state in ('captured', 'declined', 'fenced')),
      token card_token,
      cents integer check (cents > 0),
      reference text,
      reason text,
      refunded_cents integer not null default 0 check (refunded_cents >= 0),
      at timestamptz not null,
      constraint charge_whole check (num_nonnulls(token, cents, reference) = case state when 'fenced' then 0 else 3 end),
      constraint reason_of_decline check ((reason is not null) = (state = 'declined')),
      constraint refund_within check (refunded_cents <= case state when 'captured' then cents else 0 end)
    );

    create table sandbox_refund (
      id text primary key check (id <> ''),
      key text not null unique check (key <> ''),
      charge_id text not null references sandbox_charge,
      cents integer not null check (cents > 0),
      at timestamptz not null
    );
  `.execute(db);
}
