import type { Database } from './connect.ts';

/** A mobile (E.164, US) that wants no texts from now on. False: it wanted none before. */
export async function addOptOut(trx: Database, mobile: string, at: Date): Promise<boolean> {
  const query = trx.insertInto('textOptOut').values({ mobile, at });
  const made = await query.onConflict((conflict) => conflict.column('mobile').doNothing()).executeTakeFirst();
  return (made.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function liftOptOut(trx: Database, mobile: string): Promise<boolean> {
  return (await trx.deleteFrom('textOptOut').where('mobile', '=', mobile).executeTakeFirst()).numDeletedRows > 0n;
}

export async function hasOptedOut(db: Database, mobile: string): Promise<boolean> {
  const query = db.selectFrom('textOptOut').select('mobile').where('mobile', '=', mobile);
  return (await query.executeTakeFirst()) !== undefined;
}
