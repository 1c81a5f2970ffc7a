import type { Database } from './connect.ts';

export interface Turn {
  /** Whoever has it does the work now. */
  readonly taken: boolean;
  /** When the next one can be taken. */
  readonly nextAt: Date;
}

/**
 * Takes the turn of a repeating job when it is due at `at`, or was never taken; the next one is `everyMs` later. Of any number of processes
 * one has it. A turn put further ahead than one period, by a clock that was wrong or a longer period of before, is due.
 */
export async function takeTurn(db: Database, name: string, everyMs: number, at: Date): Promise<Turn> {
  const nextAt = new Date(at.getTime() + everyMs);
  const taken = await db
    .insertInto('repeatingJob')
    .values({ name, nextAt })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ nextAt })
        .where((eb) => eb.or([eb('repeatingJob.nextAt', '<=', at), eb('repeatingJob.nextAt', '>', nextAt)])),
    )
    .returning('name')
    .executeTakeFirst();
  if (taken) return { taken: true, nextAt };
  const there = await db.selectFrom('repeatingJob').select('nextAt').where('name', '=', name).executeTakeFirst();
  return { taken: false, nextAt: there?.nextAt ?? at };
}
