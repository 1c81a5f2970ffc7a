import type { Database } from './connect.ts';

/** Mobiles that want no texts. Numbers in E.164, US. */
export async function addOptOut(trx: Database, mobile: string, at: Date): Promise<void> {
  await trx
    .insertInto('textOptOut')
    .values({ mobile, at })
    .onConflict((conflict) => conflict.column('mobile').doNothing())
    .execute();
}

export async function liftOptOut(trx: Database, mobile: string): Promise<boolean> {
  return (await trx.deleteFrom('textOptOut').where('mobile', '=', mobile).executeTakeFirst()).numDeletedRows > 0n;
}

export async function hasOptedOut(db: Database, mobile: string): Promise<boolean> {
  const query = db.selectFrom('textOptOut').select('mobile').where('mobile', '=', mobile);
  return (await query.executeTakeFirst()) !== undefined;
}
