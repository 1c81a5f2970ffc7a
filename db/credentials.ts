import { createHash } from 'node:crypto';
import type { Database } from './connect.ts';

/** Of a phone that registers by digest: an inside station, a called party's home phone, or an agent's. */
export interface Credentials {
  readonly username: string;
  readonly realm: string;
  /** MD5 of username:realm:password, lower-case hex (RFC 2617 §3.2.2.2). */
  readonly ha1: string;
  readonly stationId?: string;
  /** E.164: the number the home phone answers. */
  readonly number?: string;
  readonly agentId?: string;
}

/** RFC 2617 §3.2.2.2: H(A1). */
export const ha1Of = (username: string, realm: string, password: string): string =>
  createHash('md5').update(`${username}:${realm}:${password}`).digest('hex');

/** Those of a telephone in a page are good as long as its session is: open at `at`, and used after `usedAfter`. */
export async function findCredentials(
  db: Database,
  username: string,
  realm: string,
  { at, usedAfter }: { readonly at: Date; readonly usedAfter: Date },
): Promise<Credentials | undefined> {
  const row = await db
    .selectFrom('credential')
    .leftJoin('staffSession', 'staffSession.id', 'credential.staffSessionId')
    .select(['username', 'realm', 'ha1', 'stationId', 'number', 'agentId', 'staffSessionId'])
    .select(['endedAt', 'expiresAt', 'usedAt'])
    .where('username', '=', username)
    .where('realm', '=', realm)
    .executeTakeFirst();
  if (!row) return undefined;
  const { stationId, number, agentId, staffSessionId, endedAt, expiresAt, usedAt, ...known } = row;
  const open = endedAt === null && expiresAt !== null && expiresAt > at && usedAt !== null && usedAt > usedAfter;
  if (staffSessionId !== null && !open) return undefined;
  return {
    ...known,
    ...(stationId !== null && { stationId }),
    ...(number !== null && { number }),
    ...(agentId !== null && { agentId }),
  };
}

/** Adds the credentials or replaces them. A station, a number or an agent: one of them. */
export async function saveCredentials(db: Database, credentials: Credentials): Promise<void> {
  const { username, realm, ha1, stationId = null, number = null, agentId = null } = credentials;
  await db
    .insertInto('credential')
    .values({ username, realm, ha1, stationId, number, agentId })
    .onConflict((conflict) => conflict.columns(['username', 'realm']).doUpdateSet({ ha1, stationId, number, agentId }))
    .execute();
}
