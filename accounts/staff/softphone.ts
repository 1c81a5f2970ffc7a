import { randomBytes } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { ha1Of } from '#db/credentials.ts';
import { removeSoftphones, saveSoftphone } from '#db/staff/softphones.ts';
import { newToken } from '../identity/keys.ts';
import { IDLE_MS } from './sessions.ts';

/** By which the page registers its telephone. The password is told once; the database has its HA1 alone. */
export interface SoftphoneCredentials {
  readonly username: string;
  readonly password: string;
  /** When the session ends at the latest. */
  readonly expiresAt: Date;
}

/** Whose telephone it is: of an agent, in the session that they are signed in to. */
export interface SoftphoneOf {
  readonly agentId: string;
  readonly sessionId: string;
  /** Of the SIP server's digests (RFC 7616 §3.3). */
  readonly realm: string;
}

/** A telephone for the page; that of another window is none any more. In the caller's transaction. Undefined: the session has ended. */
export async function turnOnSoftphone(
  trx: Database,
  { agentId, sessionId, realm }: SoftphoneOf,
): Promise<SoftphoneCredentials | undefined> {
  const [username, password] = [`page-${randomBytes(8).toString('hex')}`, newToken()];
  const ha1 = ha1Of(username, realm, password);
  const expiresAt = await saveSoftphone(trx, { username, realm, ha1, agentId, staffSessionId: sessionId });
  return expiresAt && { username, password, expiresAt };
}

/** It is rung no more. False: it was off, or is another by now. In the caller's transaction. */
export const turnOffSoftphone = async (trx: Database, agentId: string, username: string): Promise<boolean> =>
  (await removeSoftphones(trx, { agentId, username })) > 0;

/** Which sessions are in use at `at`: what `findCredentials` asks of a page's telephone. */
export const inUseAt = (at: Date) => ({ at, usedAfter: new Date(at.getTime() - IDLE_MS) });
