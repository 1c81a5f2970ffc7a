import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { identityOf } from '#db/identities.ts';
import { familyByAccess } from '#db/identity-accounts.ts';
import * as sessions from '#db/sessions.ts';
import { digestOf, newToken } from './keys.ts';
import type { IdentityDeps } from './ports.ts';

/** How long an access token is good; a refresh token that is not used; and a session however often it is refreshed. Milliseconds. */
export const ACCESS_MS = 10 * 60_000;
export const REFRESH_MS = 30 * 24 * 3_600_000;
export const SESSION_MS = 90 * 24 * 3_600_000;

/** What the device keeps. Random; the database has their digests alone. */
export interface Tokens {
  readonly accessToken: string;
  readonly accessExpiresAt: Date;
  readonly refreshToken: string;
  readonly refreshExpiresAt: Date;
}

/** Begins a session, in the transaction of whatever allows it. */
export async function beginSession(
  trx: Database,
  { now }: IdentityDeps,
  { identityId, device }: { readonly identityId: string; readonly device: string | null },
): Promise<Tokens & { readonly sessionId: string }> {
  const [id, startedAt] = [randomUUID(), now()];
  const expiresAt = new Date(startedAt.getTime() + SESSION_MS);
  await sessions.addSession(trx, { id, identityId, device, startedAt, expiresAt });
  return { sessionId: id, ...(await giveTokens(trx, { id, expiresAt }, startedAt)) };
}

async function giveTokens(
  trx: Database,
  session: { readonly id: string; readonly expiresAt: Date },
  at: Date,
): Promise<Tokens> {
  // No token outlives its session.
  const until = (ms: number) => new Date(Math.min(at.getTime() + ms, session.expiresAt.getTime()));
  const tokens = {
    ...{ accessToken: newToken(), accessExpiresAt: until(ACCESS_MS) },
    ...{ refreshToken: newToken(), refreshExpiresAt: until(REFRESH_MS) },
  };
  await sessions.addTokens(trx, session.id, {
    access: { digest: digestOf(tokens.accessToken), expiresAt: tokens.accessExpiresAt },
    refresh: { digest: digestOf(tokens.refreshToken), expiresAt: tokens.refreshExpiresAt },
  });
  return tokens;
}

export type Refreshed =
  | ({ readonly kind: 'refreshed' } & Tokens)
  /** Unknown, expired, of a session that has ended, or used before: who asks is told no more. */
  | { readonly kind: 'refused' };

/**
 * Takes a refresh token for a new pair. One that is used a second time ends its session for both who hold it, one of whom has stolen it (RFC 9700 §4.14.2);
 * the holder is told. Throws DatabaseUnavailable: it may have been used then, and the device signs in anew.
 */
export async function refresh(db: Database, deps: IdentityDeps, refreshToken: string): Promise<Refreshed> {
  const at = deps.now();
  return db.transaction().execute(async (trx): Promise<Refreshed> => {
    const digest = digestOf(refreshToken);
    const found = await sessions.refreshTokenOf(trx, digest);
    if (!found || found.session.endedAt) return { kind: 'refused' };
    const { session, token } = found;
    if (token.usedAt) {
      await sessions.endSessions(trx, session, 'replayed', at);
      const identity = await identityOf(trx, { id: session.identityId });
      if (identity)
        await deps.notify(trx, {
          ...{ key: `session ${session.id} replayed`, language: identity.language, to: { email: identity.email } },
          news: { kind: 'session-replayed' },
        });
      return { kind: 'refused' };
    }
    if (token.expiresAt <= at) return { kind: 'refused' };
    await sessions.useRefreshToken(trx, digest, at);
    return { kind: 'refreshed', ...(await giveTokens(trx, session, at)) };
  });
}

/** The session of an access token; undefined: it is unknown, has expired, or its session has ended. Throws DatabaseUnavailable. */
export const sessionOf = (db: Database, { now }: IdentityDeps, accessToken: string) =>
  sessions.sessionByAccess(db, digestOf(accessToken), now());

/** The same, with the accounts of whoever it is. */
export const familyOf = (db: Database, { now }: IdentityDeps, accessToken: string) =>
  familyByAccess(db, digestOf(accessToken), now());

/** Ends the session that asks. */
export const signOut = (db: Database, { now }: IdentityDeps, session: sessions.Session) =>
  sessions.endSessions(db, session, 'signed-out', now());

/** Ends one of an identity's sessions, or all of them. Returns how many; one of somebody else's is none. */
export const revoke = (db: Database, { now }: IdentityDeps, which: { identityId: string; id?: string }) =>
  sessions.endSessions(db, which, 'revoked', now());
