import { sql } from 'kysely';
import type { Database } from './connect.ts';

export async function addVerificationImage(
  db: Database,
  image: { readonly id: string; readonly madeAt: Date; readonly expiresAt: Date },
): Promise<void> {
  await db
    .insertInto('verificationImage')
    .values({ ...image, usedAt: null })
    .execute();
}

/** Whether it is good still: neither used nor over, and not all its tries are used up. */
export async function isOpenImage(db: Database, id: string, most: number, at: Date): Promise<boolean> {
  const query = db.selectFrom('verificationImage').select('id').where('id', '=', id);
  const found = await query
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', at)
    .where('tries', '<', most)
    .executeTakeFirst();
  return found !== undefined;
}

/** Counts a try, and with the right answer uses it, at once. False: it is used, over, unknown, or was tried `most` times. */
export async function tryImage(
  db: Database,
  { id, right, most }: { readonly id: string; readonly right: boolean; readonly most: number },
  at: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('verificationImage')
    .set({ tries: sql<number>`tries + 1`, ...(right && { usedAt: at }) })
    .where('id', '=', id)
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', at)
    .where('tries', '<', most)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Those whose time is over. Returns how many. */
export async function forgetImages(db: Database, at: Date): Promise<number> {
  const { numDeletedRows } = await db.deleteFrom('verificationImage').where('expiresAt', '<=', at).executeTakeFirst();
  return Number(numDeletedRows);
}
