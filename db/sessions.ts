import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { IdentitySessionTable } from './schema/identity.ts';

export type Session = Readonly<Selectable<IdentitySessionTable>>;
export type SessionEnd = NonNullable<Session['endedAs']>;

export async function addSession(
  trx: Database,
  session: Pick<Session, 'id' | 'identityId' | 'device' | 'startedAt' | 'expiresAt'>,
): Promise<void> {
  const { startedAt } = session;
  await trx
    .insertInto('identitySession')
    .values({ ...session, usedAt: startedAt, endedAt: null, endedAs: null, provenUntil: null })
    .execute();
}

/** What is kept of a pair of tokens: SHA-256, hex. */
export interface KeptTokens {
  readonly access: { readonly digest: string; readonly expiresAt: Date };
  readonly refresh: { readonly digest: string; readonly expiresAt: Date };
}

/** The caller holds the session's row, or has just made it; its refresh token of before is used. */
export async function addTokens(trx: Database, sessionId: string, { access, refresh }: KeptTokens): Promise<void> {
  await trx
    .insertInto('refreshToken')
    .values({ sessionId, ...refresh, usedAt: null })
    .execute();
  await trx
    .insertInto('accessToken')
    .values({ sessionId, ...access })
    .execute();
}

/** A refresh token and its session, whose row nobody else changes until the transaction ends. */
export async function refreshTokenOf(trx: Database, digest: string) {
  const sessions = trx.selectFrom('identitySession').selectAll();
  const session = await sessions
    .where('id', 'in', (eb) => eb.selectFrom('refreshToken').select('sessionId').where('digest', '=', digest))
    .forNoKeyUpdate()
    .executeTakeFirst();
  // Only now: another may have used it while the row was waited for.
  const token = await trx.selectFrom('refreshToken').selectAll().where('digest', '=', digest).executeTakeFirst();
  return session && token && { session, token };
}

/** The caller holds the session's row. The access tokens of before stay good until they expire. */
export async function useRefreshToken(trx: Database, digest: string, at: Date): Promise<void> {
  const used = await trx
    .updateTable('refreshToken')
    .set({ usedAt: at })
    .where('digest', '=', digest)
    .returning('sessionId')
    .executeTakeFirstOrThrow();
  await trx.updateTable('identitySession').set({ usedAt: at }).where('id', '=', used.sessionId).execute();
}

/** The session of an access token that is good at `at`. */
export async function sessionByAccess(db: Database, digest: string, at: Date): Promise<Session | undefined> {
  return db
    .selectFrom('accessToken')
    .innerJoin('identitySession', 'identitySession.id', 'accessToken.sessionId')
    .selectAll('identitySession')
    .where('accessToken.digest', '=', digest)
    .where('accessToken.expiresAt', '>', at)
    .where('identitySession.endedAt', 'is', null)
    .executeTakeFirst();
}

/** Those that are open at `at`, the one that was used last first. */
export async function openSessions(db: Database, identityId: string, at: Date): Promise<Session[]> {
  const open = db.selectFrom('identitySession').selectAll().where('identityId', '=', identityId);
  return open
    .where('endedAt', 'is', null)
    .where('expiresAt', '>', at)
    .orderBy('usedAt', 'desc')
    .orderBy('id')
    .execute();
}

/** Ends one session of an identity, or all `but` one; its tokens are good no more. Returns how many ended now. */
export async function endSessions(
  db: Database,
  which: { readonly identityId: string; readonly id?: string; readonly but?: string },
  as: SessionEnd,
  at: Date,
): Promise<number> {
  const open = db.updateTable('identitySession').set({ endedAt: at, endedAs: as }).where('endedAt', 'is', null);
  const mine = open.where('identityId', '=', which.identityId);
  const { id, but } = which;
  const others = but === undefined ? mine : mine.where('id', '!=', but);
  const ended = await (id === undefined ? others : others.where('id', '=', id)).executeTakeFirst();
  return Number(ended.numUpdatedRows);
}

/** Whether it has not ended. */
export async function sessionIsOpen(db: Database, id: string): Promise<boolean> {
  const query = db.selectFrom('identitySession').select('id').where('id', '=', id).where('endedAt', 'is', null);
  return (await query.executeTakeFirst()) !== undefined;
}

/** The password was given anew in a session, which counts until then. False: it has ended meanwhile. */
export async function proveSession(trx: Database, id: string, until: Date): Promise<boolean> {
  const open = trx.updateTable('identitySession').set({ provenUntil: until }).where('endedAt', 'is', null);
  return (await open.where('id', '=', id).executeTakeFirst()).numUpdatedRows === 1n;
}
