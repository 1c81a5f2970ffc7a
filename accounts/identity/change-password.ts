import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { identityOf, setPassword } from '#db/identities.ts';
import { endSessions, type Session } from '#db/sessions.ts';
import { clearGuesses } from './guesses.ts';
import { faultsOf, plainPassword, type PasswordFault } from './password.ts';
import type { IdentityDeps } from './ports.ts';
import type { Twice } from './register.ts';
import { guessPassword } from './sign-in.ts';

export type PasswordChanged =
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused'; readonly faults: readonly ('passwords-differ' | PasswordFault)[] }
  /** The one they have. */
  | { readonly kind: 'wrong' }
  | { readonly kind: 'locked'; readonly until: Date };

/**
 * Somebody who is signed in sets another password, by the one they have: guesses at it count as at sign-in, before they are looked at. Their other sessions
 * end, this one goes on, the holder is told. Throws DatabaseUnavailable: it may have been set.
 */
export async function changePassword(
  db: Database,
  deps: IdentityDeps,
  { session, current, password }: { readonly session: Session; readonly current: string; readonly password: Twice },
): Promise<PasswordChanged> {
  const { entered, again } = password;
  const differ = plainPassword(entered) !== plainPassword(again);
  const faults = [...faultsOf(entered), ...(differ ? (['passwords-differ'] as const) : [])];
  if (faults.length > 0) return { kind: 'refused', faults };
  const identity = await identityOf(db, { id: session.identityId });
  if (!identity) return { kind: 'wrong' };
  const guessed = await guessPassword(db, deps, identity, current);
  if (guessed.kind !== 'right') return guessed;
  const passwordHash = await deps.passwords.hash(plainPassword(entered));
  return db.transaction().execute(async (trx): Promise<PasswordChanged> => {
    const now = await identityOf(trx, { id: identity.id }, { lock: true });
    // Another has changed it meanwhile.
    if (now?.passwordHash !== identity.passwordHash) return { kind: 'wrong' };
    await setPassword(trx, identity.id, passwordHash, deps.now());
    await endSessions(trx, { identityId: identity.id, but: session.id }, 'password-reset', deps.now());
    await clearGuesses(trx, deps, guessed.at);
    await deps.notify(trx, {
      ...{ key: `identity ${identity.id} password ${randomUUID()}`, language: identity.language },
      ...{ to: { email: identity.email }, news: { kind: 'password-changed' } },
    });
    return { kind: 'changed' };
  });
}
