import type { Database } from './connect.ts';
import type { Guesses } from './passcodes.ts';
import type { IdentityGuessTable } from './schema/identity.ts';

/** Guesses at what, and of whom: a keyed digest of the e-mail address, hex. */
export interface GuessedAt {
  readonly kind: IdentityGuessTable['kind'];
  readonly subject: string;
}

/** How the guesses stand; nobody else counts until the transaction ends. Also of whom nobody has guessed at yet, whose row is made. */
export async function holdGuesses(trx: Database, { kind, subject }: GuessedAt, at: Date): Promise<Guesses> {
  await trx
    .insertInto('identityGuess')
    .values({ kind, subject, guessedAt: at, lockedUntil: null })
    .onConflict((conflict) => conflict.columns(['kind', 'subject']).doNothing())
    .execute();
  const row = await trx
    .selectFrom('identityGuess')
    .selectAll()
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const [counted, cleared, refused] = [Number(row.counted), Number(row.cleared), Number(row.refused)];
  return { counted, cleared, refused, locks: row.locks, lockedUntil: row.lockedUntil };
}

/** The caller holds the row. */
export async function saveIdentityGuesses(
  trx: Database,
  { kind, subject }: GuessedAt,
  { counted, cleared, refused, locks, lockedUntil }: Guesses,
  at: Date,
): Promise<void> {
  const counts = { counted: String(counted), cleared: String(cleared), refused: String(refused) };
  await trx
    .updateTable('identityGuess')
    .set({ ...counts, locks, lockedUntil, guessedAt: at })
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .execute();
}
