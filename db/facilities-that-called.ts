import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** Facilities that tried to call this number (E.164) since then, the latest first. */
export async function facilitiesThatCalled(
  db: Database,
  number: string,
  since: Date,
): Promise<{ readonly id: string; readonly name: string }[]> {
  return db
    .selectFrom('call')
    .innerJoin('facility', 'facility.id', 'call.facilityId')
    .select(['facility.id', 'facility.name'])
    .where('call.number', '=', number)
    .where('call.offHookAt', '>=', since)
    .groupBy(['facility.id', 'facility.name'])
    .orderBy(sql`max(call.off_hook_at)`, 'desc')
    .execute();
}
