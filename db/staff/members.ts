import { sql, type Selectable } from 'kysely';
import type { Database } from '../connect.ts';
import type { StaffTable } from '../schema/staff.ts';

export type { Role } from '../schema/staff.ts';

/** Somebody who works here, or did. */
export interface StaffMember extends Readonly<Selectable<StaffTable>> {
  /** Those that are theirs; asked of facility staff alone. In order. */
  readonly facilityIds: readonly string[];
}

const facilityIds = sql<string[]>`(
  select coalesce(jsonb_agg(facility_id order by facility_id), '[]') from staff_facility where staff_id = staff.id)`;

/** `lock`: nobody else changes it until the transaction ends. */
export async function staffMember(
  db: Database,
  which: { readonly id: string } | { readonly usernameKey: string },
  { lock = false } = {},
): Promise<StaffMember | undefined> {
  const query = db.selectFrom('staff').selectAll().select(facilityIds.as('facilityIds'));
  const one = 'id' in which ? query.where('id', '=', which.id) : query.where('usernameKey', '=', which.usernameKey);
  // First the row alone: who has waited for it must not be told facilities of before.
  if (lock) await one.clearSelect().select('id').forNoKeyUpdate().execute();
  return one.executeTakeFirst();
}

/** Everybody, by name; who has left at the end. */
export async function staffMembers(db: Database): Promise<StaffMember[]> {
  return db
    .selectFrom('staff')
    .selectAll()
    .select(facilityIds.as('facilityIds'))
    .orderBy(sql`ended_at is not null`)
    .orderBy('name')
    .orderBy('id')
    .execute();
}

/** Adds them. Throws what brokenConstraint() tells: `staff_username_once`, `staff_agent_once`, `staff_agent_known`, `staff_facility_known`. */
export async function addStaffMember(
  trx: Database,
  { facilityIds: facilities, ...row }: Omit<StaffMember, 'totp' | 'totpPending' | 'totpStep' | 'endedAt'>,
): Promise<void> {
  await trx
    .insertInto('staff')
    .values({ ...row, totp: null, totpPending: null, totpStep: null, endedAt: null })
    .execute();
  await putFacilities(trx, row.id, facilities);
}

export type StaffChange = Partial<
  Pick<
    StaffMember,
    | 'name'
    | 'role'
    | 'language'
    | 'agentId'
    | 'passwordHash'
    | 'passwordSetAt'
    | 'passwordDue'
    | 'totp'
    | 'totpPending'
    | 'totpStep'
    | 'endedAt'
    | 'facilityIds'
  >
>;

/** The caller holds their row. Throws as addStaffMember() does. */
export async function changeStaffMember(
  trx: Database,
  id: string,
  { facilityIds: facilities, ...change }: StaffChange,
): Promise<void> {
  if (Object.keys(change).length > 0) await trx.updateTable('staff').set(change).where('id', '=', id).execute();
  if (facilities) await putFacilities(trx, id, facilities);
}

/**
 * From here until the transaction ends nobody else stops somebody from managing staff: of two who do so to each other at once, one finds that they would be
 * the last.
 */
export async function holdAdministrators(trx: Database): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('staff administrators', 0))`.execute(trx);
}

/** Whether anybody manages staff beside this member. */
export async function isAdministeredWithout(trx: Database, id: string): Promise<boolean> {
  const others = trx.selectFrom('staff').select('id').where('role', '=', 'administrator').where('endedAt', 'is', null);
  return (await others.where('id', '<>', id).limit(1).executeTakeFirst()) !== undefined;
}

async function putFacilities(trx: Database, staffId: string, facilities: readonly string[]): Promise<void> {
  await trx.deleteFrom('staffFacility').where('staffId', '=', staffId).execute();
  const rows = [...new Set(facilities)].map((facilityId) => ({ staffId, facilityId }));
  if (rows.length > 0) await trx.insertInto('staffFacility').values(rows).execute();
}
