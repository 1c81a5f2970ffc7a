import { sql, type Kysely } from 'kysely';

/** Which REGISTER made a binding, so that one it overtook changes nothing (RFC 3261 §10.3 step 7). Older bindings do not know. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table registration
      add column sip_call_id text,
      add column cseq integer check (cseq >= 0),
      add constraint order_is_whole check ((sip_call_id is null) = (cseq is null));
  `.execute(db);
}
