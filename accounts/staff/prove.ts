import type { Database } from '#db/connect.ts';
import { keepIf } from '#db/keep-if.ts';
import { audit } from '#db/staff/audit.ts';
import { changeStaffMember, staffMember, type StaffMember } from '#db/staff/members.ts';
import { clearGuess, countGuess, guessedAt, type IdentityGuess } from '../identity/guesses.ts';
import { FIRST_PASSWORD_MS } from './first-password.ts';
import { plainPassword } from './password.ts';
import type { StaffDeps } from './ports.ts';
import { isRecoveryCode, spendRecoveryCode } from './recovery.ts';
import { stepOf } from './totp.ts';

export interface StaffProof {
  /** Undefined: what was typed is no username. */
  readonly usernameKey: string | undefined;
  readonly password: string;
  /** Six digits of an app, of whoever has one; or a recovery code in their place. */
  readonly code?: string | undefined;
}

export type NotProven =
  /** Password or code; also of a username that nobody has, and of who has left, after the same work. */
  | { readonly kind: 'wrong' }
  /** The password is right, and a code is asked of this member. */
  | { readonly kind: 'code-needed' }
  /** The password is right, was made by somebody else, and waited too long for its holder. */
  | { readonly kind: 'expired' }
  /** Not looked at, or the last wrong one. */
  | { readonly kind: 'locked'; readonly until: Date };

type Guess = Extract<IdentityGuess, { kind: 'guess' }>;

/** Under which guesses at a username are counted, whether anybody has it or not. */
export const staffGuesses = (deps: StaffDeps, usernameKey: string | undefined) =>
  guessedAt(deps, 'staff-password', usernameKey ?? 'no username');

/**
 * Lets somebody who proves to be a member do `work`, in one transaction that holds the member's row. The guess, at password and code together, is counted,
 * and on disk, before it is looked at; wrong ones in a row lock the username for longer each time. Throws DatabaseUnavailable: the guess may have been
 * counted.
 */
export async function proveStaff<T extends object>(
  db: Database,
  deps: StaffDeps,
  { usernameKey, password, code }: StaffProof,
  work: (trx: Database, member: StaffMember) => Promise<T>,
): Promise<T | NotProven> {
  const at = staffGuesses(deps, usernameKey);
  const guess = await countGuess(db, deps, at);
  if (guess.kind === 'locked') return guess;
  const known = usernameKey === undefined ? undefined : await staffMember(db, { usernameKey });
  const member = known?.endedAt ? undefined : known;
  const right = await deps.passwords.verify(member?.passwordHash ?? deps.passwords.nobody, plainPassword(password));
  if (!member || !right) return refused(db, deps, 'wrong', { member, guess });
  const { totp } = member;
  const age = deps.now().getTime() - member.passwordSetAt.getTime();
  if (member.passwordDue && age > FIRST_PASSWORD_MS) return refused(db, deps, 'expired', { member, guess });
  if (totp !== null && code === undefined) return refused(db, deps, 'code-needed', { member, guess });
  const recovery = totp !== null && code !== undefined && isRecoveryCode(code) ? code : undefined;
  const step = totp === null ? undefined : stepOf(deps.sealer.open(member.id, totp), code ?? '', deps.now());
  if (totp !== null && step === undefined && recovery === undefined)
    return refused(db, deps, 'wrong', { member, guess });
  const done = await db.transaction().execute(async (trx): Promise<T | undefined> => {
    // In the order of whoever changes the member.
    const now = await staffMember(trx, { id: member.id }, { lock: true });
    if (!now || now.endedAt || now.passwordHash !== member.passwordHash || now.totp !== totp) return undefined;
    if (step !== undefined) {
      // RFC 6238 §5.2: a code is good once.
      if (now.totpStep !== null && step <= Number(now.totpStep)) return undefined;
      await changeStaffMember(trx, now.id, { totpStep: String(step) });
    }
    if (step === undefined && recovery !== undefined) {
      if (!(await spendRecoveryCode(trx, deps, now.id, recovery))) return undefined;
      await audit(
        trx,
        { kind: 'system' },
        { act: 'self.recovery', resource: { kind: 'staff', id: now.id } },
        deps.now(),
      );
    }
    await clearGuess(trx, deps, at, guess.nth);
    return work(trx, now);
  });
  return done ?? refused(db, deps, 'wrong', { member, guess });
}

/** That a member is locked out is written down. Of a username that nobody has it takes the same. */
async function refused(
  db: Database,
  { now }: StaffDeps,
  kind: 'wrong' | 'code-needed' | 'expired',
  { member, guess }: { readonly member: StaffMember | undefined; readonly guess: Guess },
): Promise<NotProven> {
  if (!guess.locks) return { kind };
  const { minutes, until } = guess.locks;
  const entry = { act: 'session.lock', resource: { kind: 'staff', id: member?.id ?? 'nobody' }, after: { minutes } };
  await db
    .transaction()
    .execute((trx) => keepIf(trx, member !== undefined, () => audit(trx, { kind: 'system' }, entry, now())));
  return { kind: 'locked', until };
}
