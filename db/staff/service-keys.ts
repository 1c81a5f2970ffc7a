import { sql, type Selectable } from 'kysely';
import type { Database } from '../connect.ts';
import type { ServiceKeyTable } from '../schema/staff.ts';

export type ServiceKey = Readonly<Omit<Selectable<ServiceKeyTable>, 'digest'>>;

const shown = ['id', 'name', 'acts', 'madeAt', 'endedAt'] as const;

export async function addServiceKey(trx: Database, key: Omit<Selectable<ServiceKeyTable>, 'endedAt'>): Promise<void> {
  await trx
    .insertInto('serviceKey')
    .values({ ...key, acts: JSON.stringify(key.acts), endedAt: null })
    .execute();
}

/** The one with this digest that is good. */
export const serviceKeyBy = (db: Database, digest: string): Promise<ServiceKey | undefined> =>
  db
    .selectFrom('serviceKey')
    .select(shown)
    .where('digest', '=', digest)
    .where('endedAt', 'is', null)
    .executeTakeFirst();

/** All that there ever were: those that are good first, the newest first. */
export const serviceKeys = (db: Database): Promise<ServiceKey[]> =>
  db
    .selectFrom('serviceKey')
    .select(shown)
    .orderBy(sql`ended_at is not null`)
    .orderBy('madeAt', 'desc')
    .orderBy('id')
    .execute();

/** Takes it back; undefined: there is none such that is good. */
export const endServiceKey = (trx: Database, id: string, at: Date): Promise<ServiceKey | undefined> =>
  trx
    .updateTable('serviceKey')
    .set({ endedAt: at })
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .returning(shown)
    .executeTakeFirst();
