import type { Database } from '../connect.ts';

/** From now on these and no others; `digests` empty: none. The caller holds the member's row. */
export async function putRecoveryCodes(trx: Database, staffId: string, digests: readonly string[]): Promise<void> {
  await trx.deleteFrom('staffRecoveryCode').where('staffId', '=', staffId).execute();
  const rows = digests.map((digest) => ({ staffId, digest, usedAt: null }));
  if (rows.length > 0) await trx.insertInto('staffRecoveryCode').values(rows).execute();
}

/** False: there is none such, or it was used before. */
export async function useRecoveryCode(trx: Database, staffId: string, digest: string, at: Date): Promise<boolean> {
  const one = trx.updateTable('staffRecoveryCode').set({ usedAt: at }).where('staffId', '=', staffId);
  const used = await one.where('digest', '=', digest).where('usedAt', 'is', null).executeTakeFirst();
  return used.numUpdatedRows === 1n;
}

/** How many are left. */
export async function recoveryCodesLeft(db: Database, staffId: string): Promise<number> {
  const all = db.selectFrom('staffRecoveryCode').select((eb) => eb.fn.countAll<string>().as('count'));
  const left = all.where('staffId', '=', staffId).where('usedAt', 'is', null);
  return Number((await left.executeTakeFirstOrThrow()).count);
}
