import { sql } from 'kysely';
import type { Database } from '#db/connect.ts';
import type { FundingDeps } from '../funding/ports.ts';

export const openTold = (db: Database) => sql`create table told (key text primary key)`.execute(db);

/**
 * The carrier brings one text many times, and each is answered with the same key: the first is told. Of everything else a key that comes
 * twice is a fault, which the counter finds.
 */
export const tellOnce =
  (notify: FundingDeps['notify']): FundingDeps['notify'] =>
  async (trx, notice) => {
    if (notice.key.startsWith('text:text ')) {
      const told =
        await sql`insert into told (key) values (${notice.key}) on conflict do nothing returning key`.execute(trx);
      if (told.rows.length === 0) return;
    }
    await notify(trx, notice);
  };
