import type { Database } from './connect.ts';
import type { InboundTextTable } from './schema/notices.ts';

export async function hasArrived(db: Database, id: string): Promise<boolean> {
  const query = db.selectFrom('inboundText').select('id').where('id', '=', id);
  return (await query.executeTakeFirst()) !== undefined;
}

/** Written when all that a text asked is done; once for each id. */
export async function keepInbound(db: Database, text: InboundTextTable): Promise<void> {
  await db
    .insertInto('inboundText')
    .values({ id: text.id, mobile: text.mobile, kind: text.kind, at: text.at })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}
