import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { IdentityNumberTable, NumberProofTable } from './schema/identity.ts';

export type NumberProof = Readonly<Selectable<NumberProofTable>>;
export type ProvenNumber = Readonly<Selectable<IdentityNumberTable>>;

/** How often the digits of one may be tried, as the table's constraint has it. */
export const NUMBER_TRIES = 5;

/** One writes proofs of a number, and one for an identity, at a time, until its transaction ends: so they can be counted. */
export async function holdNumberProofs(
  trx: Database,
  whose: Pick<NumberProof, 'identityId' | 'number'>,
): Promise<void> {
  // In one order for all.
  for (const key of [`number proof ${whose.number}`, `number proofs of ${whose.identityId}`])
    await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(trx);
}

/** When proofs were written since then, whoever asked for them, of a number or of an identity; the newest first. */
export async function numberProofsSince(
  db: Database,
  of: { readonly number: string } | { readonly identityId: string },
  since: Date,
): Promise<Date[]> {
  const all = db.selectFrom('numberProof').select('writtenAt').where('writtenAt', '>', since);
  const theirs = 'number' in of ? all.where('number', '=', of.number) : all.where('identityId', '=', of.identityId);
  return (await theirs.orderBy('writtenAt', 'desc').execute()).map(({ writtenAt }) => writtenAt);
}

/** Writes one; the one before it is good no more. The caller holds them. */
export async function addNumberProof(
  trx: Database,
  proof: Pick<NumberProof, 'id' | 'identityId' | 'number' | 'codeDigest' | 'writtenAt' | 'expiresAt'>,
): Promise<void> {
  await endNumberProof(trx, proof, proof.writtenAt);
  await trx
    .insertInto('numberProof')
    .values({ ...proof, endedAt: null })
    .execute();
}

/** Counts a try at the one that is open, before it is looked at. Undefined: none is open, it has expired, or no try was left. */
export async function tryNumberProof(
  db: Database,
  { identityId, number }: Pick<NumberProof, 'identityId' | 'number'>,
  at: Date,
): Promise<NumberProof | undefined> {
  return db
    .updateTable('numberProof')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('identityId', '=', identityId)
    .where('number', '=', number)
    .where('endedAt', 'is', null)
    .where('expiresAt', '>', at)
    .where('tries', '<', NUMBER_TRIES)
    .returningAll()
    .executeTakeFirst();
}

/** The one of a number that is open is good no more. */
export async function endNumberProof(
  trx: Database,
  { identityId, number }: Pick<NumberProof, 'identityId' | 'number'>,
  at: Date,
): Promise<void> {
  const open = trx.updateTable('numberProof').set({ endedAt: at }).where('endedAt', 'is', null);
  await open.where('identityId', '=', identityId).where('number', '=', number).execute();
}

/** Uses this one up. False: it was used, or another followed it, meanwhile. */
export async function useNumberProof(trx: Database, id: string, at: Date): Promise<boolean> {
  const open = trx.updateTable('numberProof').set({ endedAt: at }).where('id', '=', id).where('endedAt', 'is', null);
  return (await open.executeTakeFirst()).numUpdatedRows === 1n;
}

export async function putProvenNumber(trx: Database, proven: ProvenNumber): Promise<void> {
  await trx
    .insertInto('identityNumber')
    .values(proven)
    .onConflict((conflict) => conflict.columns(['identityId', 'number']).doUpdateSet({ provenAt: proven.provenAt }))
    .execute();
}

/** Those that an identity has proven since then, in order. */
export const provenNumbers = (db: Database, identityId: string, since: Date): Promise<ProvenNumber[]> =>
  db
    .selectFrom('identityNumber')
    .selectAll()
    .where('identityId', '=', identityId)
    .where('provenAt', '>', since)
    .orderBy('number')
    .execute();
