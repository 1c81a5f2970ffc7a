import type { Database } from '#db/connect.ts';
import { identityOf, type Identity } from '#db/identities.ts';
import { keepIf } from '#db/keep-if.ts';
import { emailKeyOf } from './email.ts';
import { clearGuess, countGuess, guessedAt } from './guesses.ts';
import { plainPassword } from './password.ts';
import type { IdentityDeps } from './ports.ts';
import { beginSession, type Tokens } from './sessions.ts';

export interface SigningIn {
  readonly email: string;
  readonly password: string;
  /** What its holder knows the device by. */
  readonly device?: string | undefined;
}

export type SignedIn =
  | ({ readonly kind: 'signed-in'; readonly sessionId: string; readonly identity: Identity } & Tokens)
  /** Also of an address that nobody has, after the same work. */
  | { readonly kind: 'wrong' }
  /** Not looked at, or the last wrong one; also of an address that nobody has. */
  | { readonly kind: 'locked'; readonly until: Date };

/**
 * Whether this is the password of this address. The guess is counted, and on disk, before it is looked at. Wrong ones in a row lock the address, whether
 * anybody has it or not, for longer each time; its holder is told. Throws DatabaseUnavailable: the guess may have been counted.
 */
export async function signIn(
  db: Database,
  deps: IdentityDeps,
  { email, password, device }: SigningIn,
): Promise<SignedIn> {
  const emailKey = emailKeyOf(email);
  const at = guessedAt(deps, 'password', emailKey);
  const guess = await countGuess(db, deps, at);
  if (guess.kind === 'locked') return guess;
  const identity = await identityOf(db, { emailKey });
  const right = await deps.passwords.verify(identity?.passwordHash ?? deps.passwords.nobody, plainPassword(password));
  if (!identity || !right) return wrongPassword(db, deps, { identity, guess });
  return db.transaction().execute(async (trx): Promise<SignedIn> => {
    // In the order of whoever sets another password.
    const now = await identityOf(trx, { id: identity.id }, { lock: true });
    if (now?.passwordHash !== identity.passwordHash) return { kind: 'wrong' };
    await clearGuess(trx, deps, at, guess.nth);
    const tokens = await beginSession(trx, deps, { identityId: identity.id, device: deviceName(device) });
    return { kind: 'signed-in', identity, ...tokens };
  });
}

/** Without what cannot be shown, or kept. */
const deviceName = (typed = ''): string | null => typed.replace(/\p{C}/gu, ' ').trim() || null;

interface Wrong {
  readonly identity: Identity | undefined;
  readonly guess: Extract<Awaited<ReturnType<typeof countGuess>>, { kind: 'guess' }>;
}

/** What a wrong password comes to: the last one of a row locks, and the holder is told. Throws DatabaseUnavailable. */
async function wrongPassword(
  db: Database,
  deps: IdentityDeps,
  { identity, guess }: Wrong,
): Promise<Extract<SignedIn, { kind: 'wrong' | 'locked' }>> {
  if (!guess.locks) return { kind: 'wrong' };
  const { minutes, until } = guess.locks;
  const news = { kind: 'sign-in-locked', minutes } as const;
  const { id, language, email } = identity ?? { id: 'of nobody', language: 'en' as const, email: 'nobody' };
  const notice = { key: `identity ${id} locked ${guess.nth}`, language, to: { email }, news };
  await db.transaction().execute((trx) => keepIf(trx, identity !== undefined, () => deps.notify(trx, notice)));
  return { kind: 'locked', until };
}

export type PasswordGuessed =
  | { readonly kind: 'right'; readonly at: ReturnType<typeof guessedAt>; readonly nth: Wrong['guess']['nth'] }
  | Extract<SignedIn, { kind: 'wrong' | 'locked' }>;

/** Looks at the password that somebody who is signed in gives again. It counts as at sign-in, before it is looked at. Throws DatabaseUnavailable. */
export async function guessPassword(
  db: Database,
  deps: IdentityDeps,
  identity: Identity,
  password: string,
): Promise<PasswordGuessed> {
  const at = guessedAt(deps, 'password', identity.emailKey);
  const guess = await countGuess(db, deps, at);
  if (guess.kind === 'locked') return guess;
  const right = await deps.passwords.verify(identity.passwordHash, plainPassword(password));
  return right ? { kind: 'right', at, nth: guess.nth } : wrongPassword(db, deps, { identity, guess });
}
