import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { identityOf, questionsOf, setPassword, type Identity } from '#db/identities.ts';
import { keepIf } from '#db/keep-if.ts';
import * as proofs from '#db/mail-proofs.ts';
import type { KeptQuestion } from '#db/sign-ups.ts';
import { endSessions } from '#db/sessions.ts';
import { emailKeyOf } from './email.ts';
import { clearGuesses, countGuess, guessedAt } from './guesses.ts';
import { digestOf, newToken } from './keys.ts';
import { mayMail, newProof } from './mail-proof.ts';
import { faultsOf, plainPassword, type PasswordFault } from './password.ts';
import type { IdentityDeps } from './ports.ts';
import { plainAnswer, type Answered } from './questions.ts';
import type { Twice } from './register.ts';

export type ResetAsked =
  /** Whether anybody has the address or not. */
  { readonly kind: 'asked'; readonly id: string } | { readonly kind: 'key-reused' };

/** Somebody forgot the password of this address: what proves that it is theirs is mailed there, if anybody has it. Throws DatabaseUnavailable. */
export async function askReset(
  db: Database,
  deps: IdentityDeps,
  { email, idempotencyKey }: { readonly email: string; readonly idempotencyKey?: string | undefined },
): Promise<ResetAsked> {
  const emailKey = emailKeyOf(email);
  return db.transaction().execute(async (trx): Promise<ResetAsked> => {
    const mayWrite = await mayMail(trx, deps, emailKey);
    const before = idempotencyKey === undefined ? undefined : await proofs.mailProofByKey(trx, idempotencyKey);
    if (before) return before.emailKey === emailKey ? { kind: 'asked', id: before.id } : { kind: 'key-reused' };
    if (!mayWrite) return { kind: 'asked', id: randomUUID() };
    const identity = await identityOf(trx, { emailKey });
    const proof = { ...newProof(deps), purpose: 'password-reset', emailKey, identityId: identity?.id } as const;
    // Two at once with one key and two addresses.
    if (!(await proofs.addMailProof(trx, { ...proof, idempotencyKey }))) return { kind: 'key-reused' };
    const language = identity?.language ?? 'en';
    await keepIf(trx, identity !== undefined, () =>
      deps.notify(trx, {
        ...{ key: `identity ${proof.id}`, language, to: { email: identity?.email ?? emailKey } },
        news: { kind: 'reset-password', proofId: proof.id },
      }),
    );
    return { kind: 'asked', id: proof.id };
  });
}

export type AddressProven =
  /** `grant`: what the answers are given with. `questions`: which of the catalogue's. */
  | { readonly kind: 'proven'; readonly grant: string; readonly questions: readonly string[] }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'no-tries-left' };

const wrong = { kind: 'wrong' } as const;

/** By the six digits. A try is counted, and on disk, before it is looked at. Throws DatabaseUnavailable. */
export async function proveByCode(
  db: Database,
  deps: IdentityDeps,
  { id, code }: { readonly id: string; readonly code: string },
): Promise<AddressProven> {
  const proof = await proofs.mailProofOf(db, id, deps.now());
  // Of an address that nobody has, or that was mailed too often, it is as if.
  if (proof?.purpose !== 'password-reset') return wrong;
  if (!(await proofs.countTry(db, id, 'code'))) return { kind: 'no-tries-left' };
  return deps.keys.codeDigest(id, code) === proof.codeDigest ? grant(db, deps, id) : wrong;
}

/** By the link's token: nobody guesses it. Throws DatabaseUnavailable. */
export async function proveByLink(db: Database, deps: IdentityDeps, token: string): Promise<AddressProven> {
  const proof = await proofs.mailProofByToken(db, 'password-reset', digestOf(token), deps.now());
  return proof ? grant(db, deps, proof.id) : wrong;
}

const grant = (db: Database, { now }: IdentityDeps, id: string): Promise<AddressProven> =>
  db.transaction().execute(async (trx): Promise<AddressProven> => {
    const proof = await proofs.mailProofOf(trx, id, now(), { lock: true });
    if (!proof || proof.endedAt || proof.identityId === null) return wrong;
    const token = newToken();
    await proofs.grantMailProof(trx, id, digestOf(token));
    const questions = await questionsOf(trx, proof.identityId);
    return { kind: 'proven', grant: token, questions: questions.map(({ question }) => question) };
  });

export type PasswordReset =
  | { readonly kind: 'reset' }
  | { readonly kind: 'refused'; readonly faults: readonly ('passwords-differ' | PasswordFault)[] }
  /** Unknown, expired, or used. */
  | { readonly kind: 'gone' }
  /** Which of the answers is wrong is not told. */
  | { readonly kind: 'wrong' }
  | { readonly kind: 'locked'; readonly until: Date };

export interface ResetOrder {
  readonly grant: string;
  readonly answers: readonly Answered[];
  readonly password: Twice;
}

/**
 * Sets another password for who has proven the address and answers the three questions; every session ends, the holder is told. Answers are counted before
 * they are looked at: three times for one mail, and in a row for the identity. Throws DatabaseUnavailable: it may have been set.
 */
export async function resetPassword(db: Database, deps: IdentityDeps, order: ResetOrder): Promise<PasswordReset> {
  const { entered, again } = order.password;
  const differ = plainPassword(entered) !== plainPassword(again);
  const faults = [...faultsOf(entered), ...(differ ? (['passwords-differ'] as const) : [])];
  if (faults.length > 0) return { kind: 'refused', faults };
  const proof = await proofs.mailProofByGrant(db, digestOf(order.grant), deps.now());
  const identity = proof?.identityId ? await identityOf(db, { id: proof.identityId }) : undefined;
  if (!proof || proof.endedAt || !identity) return { kind: 'gone' };
  if (!(await proofs.countTry(db, proof.id, 'answer'))) return { kind: 'gone' };
  const at = guessedAt(deps, 'answers', identity.emailKey);
  const guess = await countGuess(db, deps, at);
  if (guess.kind === 'locked') return guess;
  if (!(await allRight(deps, await questionsOf(db, identity.id), order.answers)))
    return guess.locks ? tellLocked(db, deps, identity, { nth: guess.nth, ...guess.locks }) : wrong;
  const passwordHash = await deps.passwords.hash(plainPassword(entered));
  return db.transaction().execute(async (trx): Promise<PasswordReset> => {
    const now = deps.now();
    await identityOf(trx, { id: identity.id }, { lock: true });
    const still = await proofs.mailProofOf(trx, proof.id, now, { lock: true });
    if (!still || still.endedAt) return { kind: 'gone' };
    await proofs.endMailProof(trx, proof.id, now);
    await setPassword(trx, identity.id, passwordHash, now);
    await endSessions(trx, { identityId: identity.id }, 'password-reset', now);
    await clearGuesses(trx, deps, guessedAt(deps, 'password', identity.emailKey));
    await clearGuesses(trx, deps, at);
    await deps.notify(trx, {
      ...{ key: `identity ${proof.id} reset`, language: identity.language, to: { email: identity.email } },
      news: { kind: 'password-reset' },
    });
    return { kind: 'reset' };
  });
}

/** All are looked at, whichever is wrong: it takes the same time. */
async function allRight(
  { answers: hasher }: IdentityDeps,
  kept: readonly KeptQuestion[],
  answered: readonly Answered[],
): Promise<boolean> {
  const given = new Map(answered.map(({ question, answer }) => [question, plainAnswer(answer)]));
  const right = await Promise.all(
    kept.map(({ question, answerHash }) => hasher.verify(answerHash, given.get(question) ?? '')),
  );
  return right.length > 0 && right.every(Boolean);
}

async function tellLocked(
  db: Database,
  deps: IdentityDeps,
  { id, language, email }: Identity,
  { nth, minutes, until }: { readonly nth: number; readonly minutes: number; readonly until: Date },
): Promise<PasswordReset> {
  const notice = { key: `identity ${id} answers locked ${nth}`, language, to: { email } };
  await db.transaction().execute((trx) => deps.notify(trx, { ...notice, news: { kind: 'reset-locked', minutes } }));
  return { kind: 'locked', until };
}
