import { sql, type Kysely } from 'kysely';

/** A supervisor orders to be rung, to listen to a talk. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table desk_order
      add column mode text check (mode in ('listen', 'whisper', 'join')),
      drop constraint desk_order_kind_check,
      add constraint desk_order_kind_check check (kind in ('payment', 'listen')),
      add constraint desk_order_of_kind check ((kind = 'listen') = (mode is not null) and (kind = 'payment' or cents is null));
  `.execute(db);
}
