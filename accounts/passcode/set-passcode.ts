import { accountNumberOf } from '#db/account-look-up.ts';
import { numbersOf } from '#db/account-numbers.ts';
import { accountStatus } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { findEnrolment, type HolderActor } from '#db/enrolments.ts';
import { notePasscode, passcodeOf, putPasscode, type Passcode, type PasscodeEvent } from '#db/passcodes.ts';
import { tell } from '../enrolment/news.ts';
import { isPasscode, type PasscodeDeps } from './check-passcode.ts';
import { clearAll, noGuesses } from './lock.ts';
import type { PasscodeProof } from './proof.ts';
import { tellLocks } from './tell-lock.ts';
import { weaknessOf, type Weakness } from './weakness.ts';

export interface PasscodeOrder {
  readonly accountId: string;
  /** Typed twice (guide row 28). Under one name, so that no log shows either. */
  readonly passcode: { readonly entered: string; readonly again: string };
  readonly by: HolderActor;
  /** The passcode there is was just said. */
  readonly proof?: PasscodeProof;
}

export type PasscodeRefusal =
  | 'not-four-digits'
  | 'not-the-same'
  | 'unknown-account'
  | 'account-closed'
  /** There is a passcode: it has to be said first, or an agent sets another. */
  | 'passcode-needed'
  /** On the phone line only the call that opened the account sets its first passcode: caller ID can be forged. */
  | 'agent-needed';

export type PasscodeSetting =
  | { readonly kind: 'set' | 'changed' }
  | { readonly kind: 'refused'; readonly reason: PasscodeRefusal }
  | { readonly kind: 'refused'; readonly reason: 'too-easy'; readonly weakness: Weakness };

/**
 * Sets an account's passcode, or another one; the holder is told. A lock ends with the passcode it was of. Throws DatabaseUnavailable: it may have
 * been set, which checkPasscode() tells.
 */
export async function setPasscode(db: Database, deps: PasscodeDeps, order: PasscodeOrder): Promise<PasscodeSetting> {
  const { accountId, passcode, by, proof } = order;
  const refused = (reason: PasscodeRefusal) => ({ kind: 'refused', reason }) as const;
  if (!isPasscode(passcode.entered)) return refused('not-four-digits');
  if (passcode.entered !== passcode.again) return refused('not-the-same');
  const at = deps.now();
  // Before anything is locked: it takes its time.
  const hash = await deps.hasher.hash(passcode.entered);
  return db.transaction().execute(async (trx): Promise<PasscodeSetting> => {
    const status = await accountStatus(trx, accountId, { lock: true });
    if (status !== 'open') return refused(status ? 'account-closed' : 'unknown-account');
    const before = await passcodeOf(trx, accountId, { lock: true });
    if (before && by.kind !== 'agent' && !proof?.stands(accountId, at)) return refused('passcode-needed');
    if (!before && by.kind === 'phone-line' && !(await openedIn(trx, accountId, by.id))) return refused('agent-needed');
    const number = await accountNumberOf(trx, accountId);
    const numbers = (await numbersOf(trx, accountId)).map((authorised) => authorised.number);
    const weakness = weaknessOf(passcode.entered, { numbers, accountNumber: number });
    if (weakness) return { kind: 'refused', reason: 'too-easy', weakness };
    await tellLocks(trx, deps, accountId);
    const kind = before ? 'changed' : 'set';
    const guesses = before ? clearAll(before.guesses) : noGuesses;
    await put(trx, deps, { account: { id: accountId, number }, hash, guesses, kind, by, at });
    return { kind };
  });
}

interface FirstPasscode {
  readonly account: { readonly id: string; readonly number: string };
  /** Of a passcode that is not too easy (weaknessOf()). */
  readonly hash: string;
  readonly by: HolderActor;
}

/** The first passcode of an account that the transaction has just opened; the holder is told. */
export const setFirstPasscode = (trx: Database, deps: PasscodeDeps, first: FirstPasscode): Promise<void> =>
  put(trx, deps, { ...first, guesses: noGuesses, kind: 'set', at: deps.now() });

async function put(
  trx: Database,
  deps: PasscodeDeps,
  {
    account,
    hash,
    guesses,
    ...event
  }: FirstPasscode & Passcode & Pick<PasscodeEvent, 'at'> & { kind: 'set' | 'changed' },
): Promise<void> {
  await putPasscode(trx, account.id, { hash, guesses });
  const key = `passcode ${await notePasscode(trx, account.id, event)}`;
  await tell(trx, deps, { key, account, news: { kind: `passcode-${event.kind}` } });
}

async function openedIn(trx: Database, accountId: string, callId: string | undefined): Promise<boolean> {
  const enrolment = await findEnrolment(trx, { accountId });
  return callId !== undefined && enrolment?.by.kind === 'phone-line' && enrolment.by.id === callId;
}
