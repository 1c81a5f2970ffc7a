import type { Database } from '../connect.ts';

/** Undefined: there is no such person. */
export async function personName(db: Database, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('person').select('name').where('id', '=', id).executeTakeFirst();
  return row?.name;
}
