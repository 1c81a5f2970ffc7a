import { sql, type Kysely } from 'kysely';

/** Deposits by card, from the intent written before the gateway is asked to what became of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table deposit (
      -- Also the gateway's idempotency key: an intent is charged once, however often it is sent.
      id uuid primary key,
      account_id text not null references account,
      idempotency_key text not null check (idempotency_key <> '') constraint deposit_once unique,
      request_hash sha256 not null,
      channel text not null check (channel in ('web', 'phone-line', 'agent', 'autopay', 'textpay')),
      cents bigint not null check (cents > 0),
      -- What the gateway calls the card; never its number.
      card_token text not null check (card_token !~ '^[0-9 -]{12,}$'),
      card_brand text not null,
      card_last_four text not null check (card_last_four ~ '^[0-9]{4}$'),
      state text not null default 'intended' check (state in ('intended', 'captured', 'declined', 'abandoned')),
      intended_at timestamptz not null,
      settled_at timestamptz,
      decline_reason text,
      gateway_id text unique,
      posting_id bigint references posting,
      -- Captured after the account was closed: the money waits in suspense for an agent.
      in_suspense boolean not null default false,
      asked integer not null default 0,
      constraint deposit_settled_whole check ((state = 'intended') = (settled_at is null)),
      constraint deposit_captured_whole check ((state = 'captured') = (gateway_id is not null and posting_id is not null)),
      constraint deposit_declined_whole check ((state = 'declined') = (decline_reason is not null))
    );
    create index deposit_account on deposit (account_id, intended_at desc);
    create index deposit_open on deposit (intended_at) where state = 'intended';
  `.execute(db);
}
