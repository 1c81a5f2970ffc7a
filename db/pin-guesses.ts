import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** Where PINs come from: a phone, or a phone behind a trunk; `identity` is empty where there is none. */
export interface PinSource {
  readonly stationId: string;
  readonly identity: string;
}

/** What was entered there since the last right PIN. */
export interface PinCount {
  readonly guesses: number;
  /** Of the window that began then, or of all that came after the last lock. */
  readonly recent: number;
  readonly windowBegan: Date;
  /** How many locks there were. */
  readonly level: number;
  readonly lockedUntil: Date | undefined;
  readonly lastAt: Date;
}

export async function pinCount(db: Database, source: PinSource): Promise<PinCount | undefined> {
  const row = await db
    .selectFrom('pinGuess')
    .select(['guesses', 'recent', 'windowBegan', 'level', 'lockedUntil', 'lastAt'])
    .where('stationId', '=', source.stationId)
    .where('identity', '=', source.identity)
    .executeTakeFirst();
  return row && { ...row, lockedUntil: row.lockedUntil ?? undefined };
}

/**
 * Counts a PIN, whatever it will turn out to be: `next` makes the new count of the old one, while nobody else counts for this source. On
 * disk when this returns. Throws DatabaseUnavailable; the PIN may have been counted then.
 */
export async function countPinGuess(
  db: Database,
  source: PinSource,
  at: Date,
  next: (before: PinCount) => PinCount,
): Promise<{ readonly before: PinCount; readonly after: PinCount }> {
  const { counted, first } = await db.transaction().execute(async (trx) => {
    // The update that changes nothing locks the row, and gives it back as the last one who held it left it.
    const row = await trx
      .insertInto('pinGuess')
      .values({ ...source, guesses: 0, recent: 0, windowBegan: at, level: 0, lockedUntil: null, lastAt: at })
      .onConflict((conflict) => conflict.columns(['stationId', 'identity']).doUpdateSet({ identity: source.identity }))
      .returning(['guesses', 'recent', 'windowBegan', 'level', 'lockedUntil', 'lastAt'])
      .executeTakeFirstOrThrow();
    const before: PinCount = { ...row, lockedUntil: row.lockedUntil ?? undefined };
    const after = next(before);
    await trx
      .updateTable('pinGuess')
      .set({ ...after, lockedUntil: after.lockedUntil ?? null })
      .where('stationId', '=', source.stationId)
      .where('identity', '=', source.identity)
      .execute();
    return { counted: { before, after }, first: before.guesses === 0 };
  });
  if (first) await prunePinGuesses(db, at);
  return counted;
}

/** Identities come and go: whoever counts for the first time takes a few forgotten ones away. */
const FORGOTTEN_HOURS = 48;

async function prunePinGuesses(db: Database, at: Date): Promise<void> {
  const before = new Date(at.getTime() - FORGOTTEN_HOURS * 3_600_000);
  await sql`
    delete from pin_guess where (station_id, identity) in (
      select station_id, identity from pin_guess where last_at < ${before} limit 20 for update skip locked
    )`.execute(db);
}

/** A right PIN: what came before it is forgotten, locks included. */
export async function forgetPinGuesses(db: Database, source: PinSource): Promise<void> {
  await db
    .updateTable('pinGuess')
    .set({ guesses: 0, recent: 0, level: 0, lockedUntil: null })
    .where('stationId', '=', source.stationId)
    .where('identity', '=', source.identity)
    .execute();
}

/** Counts a wrong PIN of a facility and tells how many there were in this hour (UTC). No right PIN takes one back. */
export async function countWrongPin(db: Database, facilityId: string, at: Date): Promise<number> {
  const hour = new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000);
  const { wrong } = await db
    .insertInto('wrongPinHour')
    .values({ facilityId, hour, wrong: 1 })
    .onConflict((conflict) =>
      conflict.columns(['facilityId', 'hour']).doUpdateSet((eb) => ({ wrong: eb('wrongPinHour.wrong', '+', 1) })),
    )
    .returning('wrong')
    .executeTakeFirstOrThrow();
  return wrong;
}
