import type { Database } from '../connect.ts';

/** The telephone in an agent's page, as the SIP server knows it. */
export interface Softphone {
  readonly username: string;
  readonly realm: string;
  /** {@link ha1Of} */
  readonly ha1: string;
  readonly agentId: string;
  /** It was turned on in; with that it ends. */
  readonly staffSessionId: string;
}

/** An agent has one: that of before, in whatever window, is none any more. Returns when its session ends at the latest; undefined: it has ended. */
export async function saveSoftphone(trx: Database, softphone: Softphone): Promise<Date | undefined> {
  const sessions = trx.selectFrom('staffSession').select('expiresAt').where('id', '=', softphone.staffSessionId);
  // Whoever ends it waits for this, and takes the telephone with it.
  const session = await sessions.where('endedAt', 'is', null).forUpdate().executeTakeFirst();
  if (!session) return undefined;
  await removeSoftphones(trx, { agentId: softphone.agentId });
  await trx
    .insertInto('credential')
    .values({ ...softphone, stationId: null, number: null })
    .execute();
  return session.expiresAt;
}

/** Nobody can register as these any more, and they are rung no more. Returns how many there were. */
export async function removeSoftphones(
  db: Database,
  which: { readonly sessionIds: readonly string[] } | { readonly agentId: string; readonly username?: string },
): Promise<number> {
  let softphones = db.deleteFrom('credential').where('staffSessionId', 'is not', null);
  if ('sessionIds' in which) {
    if (which.sessionIds.length === 0) return 0;
    softphones = softphones.where('staffSessionId', 'in', which.sessionIds);
  } else {
    softphones = softphones.where('agentId', '=', which.agentId);
    if (which.username !== undefined) softphones = softphones.where('username', '=', which.username);
  }
  const usernames = (await softphones.returning('username').execute()).map(({ username }) => username);
  if (usernames.length > 0) await db.deleteFrom('registration').where('username', 'in', usernames).execute();
  return usernames.length;
}
