import { sql, type Kysely } from 'kysely';

/** When a refund that was carried out is looked at again: a bank may give it back weeks later. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table card_refund
      -- At once when the gateway told that it failed. Null: it is not, unless the gateway tells so.
      add column look_again_at timestamptz,
      add constraint card_refund_looked_at_again check (look_again_at is null or state = 'refunded');
    create index card_refund_look_again on card_refund (look_again_at) where look_again_at is not null;
    update card_refund set look_again_at = date_trunc('milliseconds', now())
      where state = 'refunded' and decided_by_id is null and ended_at > now() - interval '45 days';
  `.execute(db);
}
