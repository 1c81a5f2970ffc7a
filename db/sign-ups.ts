import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { Language } from './people.ts';
import type { KeptContact, KeptQuestion, SignUpTable } from './schema/identity.ts';

export type { KeptContact, KeptQuestion };

export interface NewSignUp {
  readonly id: string;
  readonly idempotencyKey: string | undefined;
  readonly tokenDigest: string;
  readonly email: string;
  readonly emailKey: string;
  readonly passwordHash: string;
  readonly language: Language;
  readonly begunAt: Date;
  readonly expiresAt: Date;
}

export type SignUp = Readonly<Selectable<SignUpTable>>;

/** False: this idempotency key has a registration already. */
export async function addSignUp(db: Database, { idempotencyKey, ...signUp }: NewSignUp): Promise<boolean> {
  const added = await db
    .insertInto('signUp')
    .values({ ...signUp, idempotencyKey: idempotencyKey ?? null })
    .onConflict((conflict) => conflict.column('idempotencyKey').doNothing())
    .returning('id')
    .executeTakeFirst();
  return added !== undefined;
}

export const signUpByKey = (db: Database, idempotencyKey: string): Promise<SignUp | undefined> =>
  db.selectFrom('signUp').selectAll().where('idempotencyKey', '=', idempotencyKey).executeTakeFirst();

/** One that has not expired at `at`. `lock`: nobody else changes it until the transaction ends. */
export async function signUpOf(db: Database, id: string, at: Date, { lock = false } = {}): Promise<SignUp | undefined> {
  const query = db.selectFrom('signUp').selectAll().where('id', '=', id).where('expiresAt', '>', at);
  return (lock ? query.forUpdate() : query).executeTakeFirst();
}

/** The caller holds its row. */
export async function saveQuestions(trx: Database, id: string, questions: readonly KeptQuestion[]): Promise<void> {
  await trx
    .updateTable('signUp')
    .set({ questions: JSON.stringify(questions) })
    .where('id', '=', id)
    .execute();
}

/** The caller holds its row. */
export async function saveContact(trx: Database, id: string, contact: KeptContact): Promise<void> {
  await trx
    .updateTable('signUp')
    .set({ contact: JSON.stringify(contact) })
    .where('id', '=', id)
    .execute();
}

/** The caller holds its row. */
export async function submitSignUp(trx: Database, id: string, at: Date, expiresAt: Date): Promise<void> {
  await trx.updateTable('signUp').set({ submittedAt: at, expiresAt }).where('id', '=', id).execute();
}
