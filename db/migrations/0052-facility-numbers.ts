import { sql, type Kysely } from 'kysely';

/** The number of a facility that is printed in the list of facilities, which families type on the 866 line. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Null: it has none. No zero in front: whoever types one means the same facility.
    alter table facility
      add column number text check (number ~ '^[1-9][0-9]{0,7}$'),
      add constraint facility_number_once unique (number);
  `.execute(db);
}
