import type { Database } from '#db/connect.ts';
import { identityOf } from '#db/identities.ts';
import { proveSession, type Session } from '#db/sessions.ts';
import { clearGuess } from './guesses.ts';
import type { IdentityDeps } from './ports.ts';
import { guessPassword } from './sign-in.ts';

/** How long a password that was given anew counts, however often the session is refreshed. Milliseconds; the refusal says it. */
export const PROVEN_FOR_MS = 10 * 60_000;

export type ProvenAnew =
  | { readonly kind: 'proven'; readonly until: Date }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'locked'; readonly until: Date }
  /** The session has ended meanwhile. */
  | { readonly kind: 'over' };

/**
 * Somebody who is signed in gives the password anew, for what sends money or who they are elsewhere (OWASP ASVS 3.7.1): it counts in this session alone.
 * Guesses count as at sign-in, before they are looked at; a wrong one ends no session. Throws DatabaseUnavailable: it may have been counted, or proven.
 */
export async function proveAnew(
  db: Database,
  deps: IdentityDeps,
  { session, password }: { readonly session: Session; readonly password: string },
): Promise<ProvenAnew> {
  const identity = await identityOf(db, { id: session.identityId });
  if (!identity) return { kind: 'over' };
  const guessed = await guessPassword(db, deps, identity, password);
  if (guessed.kind !== 'right') return guessed;
  return db.transaction().execute(async (trx): Promise<ProvenAnew> => {
    // In the order of whoever sets another password.
    const now = await identityOf(trx, { id: identity.id }, { lock: true });
    if (now?.passwordHash !== identity.passwordHash) return { kind: 'wrong' };
    await clearGuess(trx, deps, guessed.at, guessed.nth);
    const until = new Date(deps.now().getTime() + PROVEN_FOR_MS);
    return (await proveSession(trx, session.id, until)) ? { kind: 'proven', until } : { kind: 'over' };
  });
}

/** Whether the password that was given anew in a session counts at `at`. */
export const isProven = ({ provenUntil }: Pick<Session, 'provenUntil'>, at: Date): boolean =>
  provenUntil !== null && provenUntil > at;
