import type { Database } from './connect.ts';

/** Marks a number as privileged (an attorney's): calls to it are not placed on a recorded line. Penal Code 636. */
export async function addPrivileged(
  db: Database,
  number: string,
  why: { readonly reason: string; readonly addedBy: string; readonly at: Date },
): Promise<void> {
  await db
    .insertInto('privilegedNumber')
    .values({ number, reason: why.reason, addedBy: why.addedBy, addedAt: why.at })
    .onConflict((conflict) => conflict.column('number').doNothing())
    .execute();
}

export async function isPrivileged(db: Database, number: string): Promise<boolean> {
  const query = db.selectFrom('privilegedNumber').select('number').where('number', '=', number);
  return (await query.executeTakeFirst()) !== undefined;
}
