import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { identityOf } from '#db/identities.ts';
import { addMailProof, endProofsOfSignUp, holdAddress, mailProofsSince, proofsOfSignUp } from '#db/mail-proofs.ts';
import type { SignUp } from '#db/sign-ups.ts';
import { digestOf } from './keys.ts';
import type { IdentityDeps } from './ports.ts';

/** How long what was mailed is good. Milliseconds; the wording says it. */
export const MAILED_MS = 30 * 60_000;
/** How many of these mails one address gets in an hour, whoever asks: nobody fills another's mailbox. */
export const MAILS_AN_HOUR = 5;
/** And for one registration. */
const MAILS_A_SIGN_UP = 3;

/** What is kept of a new proof's mailed token and digits. */
export function newProof({ keys, now }: IdentityDeps) {
  const id = randomUUID();
  const { token, code } = keys.mailed(id);
  const writtenAt = now();
  return {
    ...{ id, tokenDigest: digestOf(token), codeDigest: keys.codeDigest(id, code) },
    ...{ writtenAt, expiresAt: new Date(writtenAt.getTime() + MAILED_MS) },
  };
}

/** Whether this address may be mailed once more. Whoever asks next waits until the transaction ends. */
export async function mayMail(trx: Database, { now }: IdentityDeps, emailKey: string): Promise<boolean> {
  await holdAddress(trx, emailKey);
  const hourAgo = new Date(now().getTime() - 3_600_000);
  return (await mailProofsSince(trx, emailKey, hourAgo)) < MAILS_AN_HOUR;
}

/** Writes the mail by which a registration's address is proven; those before it are good no more. The caller holds the registration's row. */
export async function mailProof(trx: Database, deps: IdentityDeps, signUp: SignUp): Promise<void> {
  const { id: signUpId, email, emailKey, language } = signUp;
  if (!(await mayMail(trx, deps, emailKey))) return;
  if ((await proofsOfSignUp(trx, signUpId)) >= MAILS_A_SIGN_UP) return;
  await endProofsOfSignUp(trx, signUpId, deps.now());
  const proof = newProof(deps);
  await addMailProof(trx, { ...proof, purpose: 'registration', emailKey, signUpId });
  const known = await identityOf(trx, { emailKey });
  // To the address as its holder wrote it: theirs is on file.
  await deps.notify(trx, {
    key: `identity ${proof.id}`,
    language: known?.language ?? language,
    to: { email: known?.email ?? email },
    news: known ? { kind: 'known-address' } : { kind: 'prove-address', proofId: proof.id },
  });
}
