import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { Language } from './people.ts';
import type { IdentityTable, KeptQuestion } from './schema/identity.ts';

export type Identity = Readonly<Selectable<IdentityTable>>;

/** False: the address has an identity already. */
export async function addIdentity(
  trx: Database,
  identity: Identity,
  questions: readonly KeptQuestion[],
): Promise<boolean> {
  const added = await trx
    .insertInto('identity')
    .values(identity)
    .onConflict((conflict) => conflict.column('emailKey').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!added) return false;
  const rows = questions.map((question) => ({ identityId: identity.id, ...question }));
  if (rows.length > 0) await trx.insertInto('identityQuestion').values(rows).execute();
  return true;
}

/** `lock`: nobody else changes it until the transaction ends. */
export async function identityOf(
  db: Database,
  which: { readonly id: string } | { readonly emailKey: string },
  { lock = false } = {},
): Promise<Identity | undefined> {
  const query = db.selectFrom('identity').selectAll();
  const one = 'id' in which ? query.where('id', '=', which.id) : query.where('emailKey', '=', which.emailKey);
  return (lock ? one.forNoKeyUpdate() : one).executeTakeFirst();
}

export async function questionsOf(db: Database, identityId: string): Promise<KeptQuestion[]> {
  const query = db.selectFrom('identityQuestion').select(['question', 'answerHash']);
  return query.where('identityId', '=', identityId).orderBy('question').execute();
}

/** The caller holds its row. */
export async function setPassword(trx: Database, id: string, passwordHash: string, at: Date): Promise<void> {
  await trx.updateTable('identity').set({ passwordHash, passwordSetAt: at }).where('id', '=', id).execute();
}

export interface AcceptedTerms {
  readonly version: string;
  readonly language: Language;
  readonly at: Date;
}

/** That somebody accepted a version of the terms; the first time counts. */
export async function acceptTerms(db: Database, identityId: string, terms: AcceptedTerms): Promise<void> {
  await db
    .insertInto('identityTerms')
    .values({ identityId, ...terms })
    .onConflict((conflict) => conflict.columns(['identityId', 'version']).doNothing())
    .execute();
}

/** The latest first. */
export async function termsOf(db: Database, identityId: string): Promise<AcceptedTerms[]> {
  const query = db.selectFrom('identityTerms').select(['version', 'language', 'at']);
  return query.where('identityId', '=', identityId).orderBy('at', 'desc').execute();
}
