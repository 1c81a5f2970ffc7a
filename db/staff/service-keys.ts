import { sql, type Selectable } from 'kysely';
import type { Database } from '../connect.ts';
import type { ServiceKeyTable } from '../schema/staff.ts';

export type ServiceKey = Readonly<Omit<Selectable<ServiceKeyTable>, 'digest'>>;

const shown = ['id', 'name', 'acts', 'madeAt', 'endsAt', 'endedAt', 'toldAt'] as const;

export async function addServiceKey(
  trx: Database,
  key: Omit<Selectable<ServiceKeyTable>, 'endedAt' | 'toldAt'>,
): Promise<void> {
  await trx
    .insertInto('serviceKey')
    .values({ ...key, acts: JSON.stringify(key.acts), endedAt: null, toldAt: null })
    .execute();
}

/** The one with this digest, unless it was taken back; it may have come to its end. */
export const serviceKeyBy = (db: Database, digest: string): Promise<ServiceKey | undefined> =>
  db
    .selectFrom('serviceKey')
    .select(shown)
    .where('digest', '=', digest)
    .where('endedAt', 'is', null)
    .executeTakeFirst();

/** All that there ever were: those that are good first, the newest first. */
export const serviceKeys = (db: Database, now: Date): Promise<ServiceKey[]> =>
  db
    .selectFrom('serviceKey')
    .select(shown)
    .orderBy(sql`ended_at is not null or ends_at <= ${now}`)
    .orderBy('madeAt', 'desc')
    .orderBy('id')
    .execute();

/** Takes it back; undefined: there is none such that was not. */
export const endServiceKey = (trx: Database, id: string, at: Date): Promise<ServiceKey | undefined> =>
  trx
    .updateTable('serviceKey')
    .set({ endedAt: at })
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .returning(shown)
    .executeTakeFirst();

/** Notes that it is told of now. False: it was, after `since`; of several who ask at once one is told true. */
export async function noteServiceKeyTold(
  db: Database,
  id: string,
  { at, since }: { readonly at: Date; readonly since: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('serviceKey')
    .set({ toldAt: at })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('toldAt', 'is', null), eb('toldAt', '<=', since)]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
