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

export async function findCredentials(db: Database, username: string, realm: string): Promise<Credentials | undefined> {
  const row = await db
    .selectFrom('credential')
    .selectAll()
    .where('username', '=', username)
    .where('realm', '=', realm)
    .executeTakeFirst();
  if (!row) return undefined;
  const { stationId, number, agentId, ...known } = row;
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
