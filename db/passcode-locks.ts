import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import { actorColumns, toActor, type HolderActor } from './enrolments.ts';
import { addToOutbox } from './outbox.ts';
import type { PasscodeLockTable } from './schema/passcode.ts';

/** Topic of the outbox: a passcode was locked, and the holder is to be told. */
export const PASSCODE_LOCKED = 'passcode-locked';

/** A lock of a passcode, from the guess that locked it. */
export interface PasscodeLock {
  readonly accountId: string;
  /** The number of that guess. */
  readonly nth: number;
  /** Locks in a row, this one included. */
  readonly locks: number;
  readonly lockedUntil: Date;
  readonly by: HolderActor;
  readonly at: Date;
}

/** Writes a lock down and gives out the telling of it. The caller holds the passcode's row. */
export async function addPasscodeLock(trx: Database, { by, nth, ...lock }: PasscodeLock): Promise<void> {
  const row = { ...lock, nth: String(nth), ...actorColumns(by) };
  const { id } = await trx.insertInto('passcodeLock').values(row).returning('id').executeTakeFirstOrThrow();
  await addToOutbox(trx, PASSCODE_LOCKED, { lockId: id });
}

const toLock = ({ accountId, nth, locks, lockedUntil, at, ...by }: Selectable<PasscodeLockTable>): PasscodeLock => ({
  ...{ accountId, nth: Number(nth), locks, lockedUntil, at, by: toActor(by) },
});

/** One that has neither been told nor taken back; undefined: it has, or there is none. */
export async function openPasscodeLock(db: Database, id: string): Promise<PasscodeLock | undefined> {
  const query = db.selectFrom('passcodeLock').selectAll().where('id', '=', id).where('endedAs', 'is', null);
  const row = await query.executeTakeFirst();
  return row && toLock(row);
}

/** The caller holds the passcode's row. Returns those that were told of now: of several that tell, one. The oldest first. */
export async function takePasscodeLocks(trx: Database, accountId: string, at: Date): Promise<PasscodeLock[]> {
  const told = await open(trx, accountId).set({ endedAs: 'told', endedAt: at }).returningAll().execute();
  return told.map(toLock).sort((one, other) => one.nth - other.nth);
}

/** The guess that locked was right after all, or one before it. The caller holds the passcode's row. */
export async function takeBackPasscodeLock(trx: Database, accountId: string, nth: number, at: Date): Promise<void> {
  const lock = open(trx, accountId).where('nth', '=', String(nth));
  await lock.set({ endedAs: 'taken-back', endedAt: at }).execute();
}

const open = (trx: Database, accountId: string) =>
  trx.updateTable('passcodeLock').where('accountId', '=', accountId).where('endedAs', 'is', null);

/** Gives out again the telling of locks from before `before`: its job was lost or ran out of attempts. Returns how many. */
export async function giveOutPasscodeLocks(db: Database, before: Date, limit = 100): Promise<number> {
  const waiting = db.selectFrom('passcodeLock').select('id').where('endedAs', 'is', null).where('at', '<=', before);
  const ids = await waiting.orderBy('at').limit(limit).execute();
  for (const { id } of ids) await addToOutbox(db, PASSCODE_LOCKED, { lockId: id });
  return ids.length;
}
