import type { Database } from '#db/connect.ts';
import { listFacilities } from '#db/facilities.ts';
import { isUnavailable } from '#db/unavailable.ts';

/** Whether the database answers: `ok`, or `no database`. Rejects with any other fault. */
export async function databaseHealth(db: Database): Promise<string> {
  try {
    await listFacilities(db);
    return 'ok';
  } catch (error) {
    if (isUnavailable(error)) return 'no database';
    throw error;
  }
}

/** What the first of them says that is not well. */
export async function allWell(...asked: readonly (() => string | Promise<string>)[]): Promise<string> {
  for (const ask of asked) {
    const said = await ask();
    if (said !== 'ok') return said;
  }
  return 'ok';
}
