import { sql, type Kysely } from 'kysely';

/**
 * The books of the sandbox gateway: another party's, that happen to be in the same database. Nothing of ours refers to them, or they to ours.
 * There is no column that could hold a card number or a CVV.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sandbox_card (
      token text primary key check (token ~ '^tok_[a-z]{24}$'),
      behaviour text not null check (behaviour ~ '^[a-z][a-z-]{0,39}$'),
      brand text not null check (brand in ('visa', 'mastercard')),
      last_four text not null check (last_four ~ '^[0-9]{4}$'),
      expiry_month smallint not null check (expiry_month between 1 and 12),
      expiry_year smallint not null check (expiry_year between 2000 and 2100),
      funding text not null check (funding in ('credit', 'debit', 'prepaid', 'unknown')),
      tokenised_at timestamptz not null
    );

    create table sandbox_charge (
      id text primary key check (id ~ '^ch_[a-z]{24}$'),
      idempotency_key text not null check (idempotency_key <> '') constraint sandbox_charge_once unique,
      request_hash sha256 not null,
      token text not null references sandbox_card,
      cents bigint not null check (cents > 0),
      reference text not null,
      -- Null: captured.
      decline_reason text check (decline_reason ~ '^[a-z][a-z-]{0,39}$'),
      refunded_cents bigint not null default 0,
      charged_at timestamptz not null,
      constraint sandbox_refunded_at_most check (refunded_cents between 0 and case when decline_reason is null then cents else 0 end)
    );
    create index sandbox_charge_token on sandbox_charge (token);

    create table sandbox_refund (
      id text primary key check (id ~ '^re_[a-z]{24}$'),
      idempotency_key text not null check (idempotency_key <> '') constraint sandbox_refund_once unique,
      request_hash sha256 not null,
      charge_id text not null references sandbox_charge,
      cents bigint not null check (cents > 0),
      decline_reason text check (decline_reason ~ '^[a-z][a-z-]{0,39}$'),
      refunded_at timestamptz not null
    );
    create index sandbox_refund_charge on sandbox_refund (charge_id);
  `.execute(db);
}
