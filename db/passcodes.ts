import type { Database } from './connect.ts';
import { actorColumns, toActor, type HolderActor } from './enrolments.ts';
import type { PasscodeEventTable } from './schema/passcode.ts';

/** How the guesses at a passcode stand. */
export interface Guesses {
  /** Guesses that were, or are, looked at. */
  readonly counted: number;
  /** Those up to here count for nothing any more. */
  readonly cleared: number;
  /** Guesses that were not looked at. */
  readonly refused: number;
  /** Locks without a right guess between them. */
  readonly locks: number;
  readonly lockedUntil: Date | null;
}

export interface Passcode {
  /** PHC format. */
  readonly hash: string;
  readonly guesses: Guesses;
}

/** Undefined: the account has none, or there is no such account. `lock`: nobody else changes it until the transaction ends. */
export async function passcodeOf(
  db: Database,
  accountId: string,
  options: { readonly lock?: boolean } = {},
): Promise<Passcode | undefined> {
  let query = db.selectFrom('passcode').selectAll().where('accountId', '=', accountId);
  if (options.lock) query = query.forNoKeyUpdate();
  const row = await query.executeTakeFirst();
  if (!row) return undefined;
  const [counted, cleared, refused] = [Number(row.counted), Number(row.cleared), Number(row.refused)];
  return { hash: row.hash, guesses: { counted, cleared, refused, locks: row.locks, lockedUntil: row.lockedUntil } };
}

const toColumns = ({ counted, cleared, refused, ...lock }: Guesses) => ({
  ...{ counted: String(counted), cleared: String(cleared), refused: String(refused) },
  ...lock,
});

/** Sets a passcode or another one. The caller holds the account's row, and its passcode's. */
export async function putPasscode(trx: Database, accountId: string, passcode: Passcode): Promise<void> {
  const row = { hash: passcode.hash, ...toColumns(passcode.guesses) };
  await trx
    .insertInto('passcode')
    .values({ accountId, ...row })
    .onConflict((conflict) => conflict.column('accountId').doUpdateSet(row))
    .execute();
}

/** The same passcode under another pepper. The caller holds the passcode's row. */
export async function moveHash(trx: Database, accountId: string, hash: string): Promise<void> {
  await trx.updateTable('passcode').set({ hash }).where('accountId', '=', accountId).execute();
}

/** The caller holds the passcode's row. */
export async function saveGuesses(trx: Database, accountId: string, guesses: Guesses): Promise<void> {
  await trx.updateTable('passcode').set(toColumns(guesses)).where('accountId', '=', accountId).execute();
}

export interface PasscodeEvent {
  readonly kind: PasscodeEventTable['kind'];
  readonly by: HolderActor;
  readonly at: Date;
  /** An agent's, for unlocking it. */
  readonly reason?: string;
  readonly lockedUntil?: Date;
}

/** Returns the event's id. */
export async function notePasscode(trx: Database, accountId: string, event: PasscodeEvent): Promise<string> {
  const { kind, by, at, reason = null, lockedUntil = null } = event;
  const row = { accountId, kind, reason, lockedUntil, at, ...actorColumns(by) };
  return (await trx.insertInto('passcodeEvent').values(row).returning('id').executeTakeFirstOrThrow()).id;
}

/** What happened to a passcode, the newest first. */
export async function passcodeHistory(db: Database, accountId: string, limit = 100): Promise<PasscodeEvent[]> {
  const query = db.selectFrom('passcodeEvent').selectAll().where('accountId', '=', accountId);
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return rows.map((row) => ({
    ...{ kind: row.kind, by: toActor(row), at: row.at },
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.lockedUntil && { lockedUntil: row.lockedUntil }),
  }));
}
