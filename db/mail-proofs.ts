import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { MailProofTable } from './schema/identity.ts';

export type MailProof = Readonly<Selectable<MailProofTable>>;
type Purpose = MailProof['purpose'];

export interface NewMailProof {
  readonly id: string;
  readonly purpose: Purpose;
  readonly idempotencyKey?: string | undefined;
  readonly emailKey: string;
  readonly signUpId?: string;
  readonly identityId?: string | undefined;
  readonly tokenDigest: string;
  readonly codeDigest: string;
  readonly writtenAt: Date;
  readonly expiresAt: Date;
}

/** False: this idempotency key has a proof already. */
export async function addMailProof(trx: Database, proof: NewMailProof): Promise<boolean> {
  const { idempotencyKey = null, signUpId = null, identityId = null, ...rest } = proof;
  const added = await trx
    .insertInto('mailProof')
    .values({ ...rest, idempotencyKey, signUpId, identityId })
    .onConflict((conflict) => conflict.column('idempotencyKey').doNothing())
    .returning('id')
    .executeTakeFirst();
  return added !== undefined;
}

export const mailProofByKey = (db: Database, idempotencyKey: string): Promise<MailProof | undefined> =>
  db.selectFrom('mailProof').selectAll().where('idempotencyKey', '=', idempotencyKey).executeTakeFirst();

/** How many were written for an address since then, whatever they are for. */
export async function mailProofsSince(db: Database, emailKey: string, since: Date): Promise<number> {
  const count = db.selectFrom('mailProof').select((eb) => eb.fn.countAll<string>().as('count'));
  const row = await count.where('emailKey', '=', emailKey).where('writtenAt', '>', since).executeTakeFirstOrThrow();
  return Number(row.count);
}

/** One writes proofs for an address at a time, until its transaction ends: so they can be counted. */
export async function holdAddress(trx: Database, emailKey: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`identity ${emailKey}`}, 0))`.execute(trx);
}

/** By a link's token, also one that has ended; not one that has expired. */
export async function mailProofByToken(
  db: Database,
  purpose: Purpose,
  tokenDigest: string,
  at: Date,
): Promise<MailProof | undefined> {
  const query = db.selectFrom('mailProof').selectAll().where('purpose', '=', purpose);
  return query.where('tokenDigest', '=', tokenDigest).where('expiresAt', '>', at).executeTakeFirst();
}

/** The latest of a registration, also one that has ended; not one that has expired. */
export async function mailProofOfSignUp(db: Database, signUpId: string, at: Date): Promise<MailProof | undefined> {
  const query = db.selectFrom('mailProof').selectAll().where('signUpId', '=', signUpId).where('expiresAt', '>', at);
  return query.orderBy('seq', 'desc').limit(1).executeTakeFirst();
}

/** One that has not expired. `lock`: nobody else changes it until the transaction ends. */
export async function mailProofOf(
  db: Database,
  id: string,
  at: Date,
  { lock = false } = {},
): Promise<MailProof | undefined> {
  const query = db.selectFrom('mailProof').selectAll().where('id', '=', id).where('expiresAt', '>', at);
  return (lock ? query.forUpdate() : query).executeTakeFirst();
}

/** How often each may be tried, as the table's constraints have it. */
export const CODE_TRIES = 5;
export const ANSWER_TRIES = 3;

/** Counts a try before it is looked at. False: there was none left. */
export async function countTry(db: Database, id: string, of: 'code' | 'answer'): Promise<boolean> {
  const [column, most] =
    of === 'code' ? (['codeTries', CODE_TRIES] as const) : (['answerTries', ANSWER_TRIES] as const);
  const counted = await db
    .updateTable('mailProof')
    .set((eb) => ({ [column]: eb(column, '+', 1) }))
    .where('id', '=', id)
    .where(column, '<', most)
    .executeTakeFirst();
  return counted.numUpdatedRows === 1n;
}

/** What goes on with a proven address shows this; one that was given before is good no more. The caller holds the row. */
export async function grantMailProof(trx: Database, id: string, grantDigest: string): Promise<void> {
  await trx.updateTable('mailProof').set({ grantDigest }).where('id', '=', id).execute();
}

export async function mailProofByGrant(db: Database, grantDigest: string, at: Date): Promise<MailProof | undefined> {
  const query = db.selectFrom('mailProof').selectAll().where('grantDigest', '=', grantDigest);
  return query.where('expiresAt', '>', at).executeTakeFirst();
}

export async function endMailProof(trx: Database, id: string, at: Date): Promise<void> {
  await trx.updateTable('mailProof').set({ endedAt: at }).where('id', '=', id).where('endedAt', 'is', null).execute();
}

/** How many were written for a registration. */
export async function proofsOfSignUp(db: Database, signUpId: string): Promise<number> {
  const count = db.selectFrom('mailProof').select((eb) => eb.fn.countAll<string>().as('count'));
  return Number((await count.where('signUpId', '=', signUpId).executeTakeFirstOrThrow()).count);
}

/** Those of a registration: another one is mailed. */
export async function endProofsOfSignUp(trx: Database, signUpId: string, at: Date): Promise<void> {
  const all = trx.updateTable('mailProof').set({ endedAt: at }).where('signUpId', '=', signUpId);
  await all.where('endedAt', 'is', null).execute();
}
