import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { EnrolmentTable, HolderWay } from './schema/enrolment.ts';

export type { HolderWay };

/** Who does something with an account: its holder by one of these ways (`id`: the web user, the call), or an agent for them. */
export type HolderActor =
  | { readonly kind: Exclude<HolderWay, 'agent'>; readonly id?: string | undefined }
  | { readonly kind: 'agent'; readonly id: string };

export interface Enrolment {
  readonly accountId: string;
  readonly key: string;
  /** SHA-256 of what was asked for, hex. */
  readonly requestHash: string;
  /** Absent: not chosen yet. */
  readonly facilityId?: string;
  /** E.164: the first authorised number. */
  readonly number: string;
  readonly by: HolderActor;
  readonly at: Date;
  readonly sharedBy?: 'passcode' | 'agent';
}

/** The actor in two columns. */
export const actorColumns = (by: HolderActor) => ({ byKind: by.kind, byId: by.id ?? null });

export const toActor = (row: { readonly byKind: HolderWay; readonly byId: string | null }): HolderActor =>
  row.byKind === 'agent'
    ? { kind: 'agent', id: row.byId ?? '' }
    : { kind: row.byKind, ...(row.byId !== null && { id: row.byId }) };

/** One after the other for everybody who names the same thing, until the transaction ends. */
async function inTurn(trx: Database, what: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${what}, 0))`.execute(trx);
}

/** The same order sent twice at once is one order. */
export const lockEnrolmentKey = (trx: Database, key: string): Promise<void> => inTurn(trx, `enrolment ${key}`);

/** Whether a number has an account does not change until the transaction ends. After the account's row, where that is locked too. */
export const lockNumber = (trx: Database, number: string): Promise<void> => inTurn(trx, `account number of ${number}`);

/** Opens an account under a new number, which is its id as well: ten digits, the last a check digit. */
export async function newAccount(trx: Database, at: Date): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into account (id, number, status, opened_at)
    select drawn, drawn, 'open', ${at}::timestamptz from (select new_account_no() as drawn) as fresh
    returning id`.execute(trx);
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('No account was made.');
  return id;
}

export async function addEnrolment(trx: Database, enrolment: Enrolment): Promise<void> {
  const { key, by, facilityId, sharedBy, ...rest } = enrolment;
  const row = { ...rest, ...actorColumns(by), idempotencyKey: key };
  await trx
    .insertInto('enrolment')
    .values({ ...row, facilityId: facilityId ?? null, sharedBy: sharedBy ?? null })
    .execute();
}

const toEnrolment = (row: Selectable<EnrolmentTable>): Enrolment => ({
  accountId: row.accountId,
  key: row.idempotencyKey,
  requestHash: row.requestHash,
  ...(row.facilityId !== null && { facilityId: row.facilityId }),
  number: row.number,
  by: toActor(row),
  at: row.at,
  ...(row.sharedBy !== null && { sharedBy: row.sharedBy }),
});

/** Undefined: there is none; an account of before there were enrolments has none. */
export async function findEnrolment(
  db: Database,
  by: { readonly key: string } | { readonly accountId: string },
): Promise<Enrolment | undefined> {
  const [column, value] = 'key' in by ? (['idempotencyKey', by.key] as const) : (['accountId', by.accountId] as const);
  const row = await db.selectFrom('enrolment').selectAll().where(column, '=', value).executeTakeFirst();
  return row && toEnrolment(row);
}

/** Writes down the facility of an account that was opened without one. False: it has one, or was not enrolled. */
export async function setFacility(trx: Database, accountId: string, facilityId: string): Promise<boolean> {
  const update = trx.updateTable('enrolment').set({ facilityId }).where('accountId', '=', accountId);
  return (await update.where('facilityId', 'is', null).executeTakeFirst()).numUpdatedRows === 1n;
}

/** What is still to be written down, on the web, of an account that was opened on the phone line. */
export type Lack = 'facility' | 'name';

/** Empty: the account is whole, or was not opened on the phone line. */
export async function lacksOf(db: Database, accountId: string): Promise<Lack[]> {
  const row = await db
    .selectFrom('enrolment')
    .leftJoin('accountProfile', 'accountProfile.accountId', 'enrolment.accountId')
    .select(['enrolment.facilityId', 'accountProfile.firstName'])
    .where('enrolment.accountId', '=', accountId)
    .where('enrolment.byKind', '=', 'phone-line')
    .executeTakeFirst();
  if (!row) return [];
  return [
    ...(row.facilityId === null ? (['facility'] as const) : []),
    ...(row.firstName === null ? (['name'] as const) : []),
  ];
}
