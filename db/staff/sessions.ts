import type { Selectable } from 'kysely';
import type { Database } from '../connect.ts';
import type { StaffSessionEnd, StaffSessionTable } from '../schema/staff.ts';
import { staffMember, type StaffMember } from './members.ts';
import { removeSoftphones } from './softphones.ts';

export type { StaffSessionEnd } from '../schema/staff.ts';
export type StaffSession = Readonly<Selectable<StaffSessionTable>>;

/** The caller holds the member's row, and has ended the session of before. */
export async function addStaffSession(
  trx: Database,
  session: Pick<StaffSession, 'id' | 'staffId' | 'digest' | 'device' | 'startedAt' | 'expiresAt'>,
): Promise<void> {
  await trx
    .insertInto('staffSession')
    .values({ ...session, usedAt: session.startedAt, endedAt: null, endedAs: null })
    .execute();
}

/** The session whose cookie has this digest, and whose it is; also one that is over. */
export async function staffSessionBy(
  db: Database,
  digest: string,
): Promise<{ readonly session: StaffSession; readonly member: StaffMember } | undefined> {
  const session = await db.selectFrom('staffSession').selectAll().where('digest', '=', digest).executeTakeFirst();
  const member = session && (await staffMember(db, { id: session.staffId }));
  return session && member && { session, member };
}

/** Its holder did something at `at`. False: it has ended meanwhile, or nobody had used it since `since`. */
export async function useStaffSession(db: Database, id: string, { at, since }: { at: Date; since: Date }) {
  const open = db.updateTable('staffSession').set({ usedAt: at }).where('id', '=', id).where('endedAt', 'is', null);
  const used = await open.where('usedAt', '>', since).executeTakeFirst();
  return Number(used.numUpdatedRows) === 1;
}

/** Those of a member, the newest first; also those that are over. */
export const staffSessionsOf = (db: Database, staffId: string, most: number): Promise<StaffSession[]> =>
  db
    .selectFrom('staffSession')
    .selectAll()
    .where('staffId', '=', staffId)
    .orderBy('startedAt', 'desc')
    .orderBy('id')
    .limit(most)
    .execute();

/** Ends those of a member, or one of them, that are open, with the telephones in their pages; with `unusedSince` only one that nobody has used since. Returns their ids. */
export async function endStaffSessions(
  db: Database,
  which: { readonly staffId: string; readonly id?: string; readonly unusedSince?: Date },
  as: StaffSessionEnd,
  at: Date,
): Promise<string[]> {
  const { staffId, id, unusedSince } = which;
  let open = db.updateTable('staffSession').set({ endedAt: at, endedAs: as }).where('endedAt', 'is', null);
  open = open.where('staffId', '=', staffId);
  if (id !== undefined) open = open.where('id', '=', id);
  if (unusedSince !== undefined) open = open.where('usedAt', '<=', unusedSince);
  const ended = (await open.returning('id').execute()).map((row) => row.id);
  await removeSoftphones(db, { sessionIds: ended });
  return ended;
}
