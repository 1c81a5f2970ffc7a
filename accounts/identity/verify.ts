import type { Database } from '#db/connect.ts';
import { addIdentity, identityOf } from '#db/identities.ts';
import { countTry, endMailProof, mailProofByToken, mailProofOf, mailProofOfSignUp } from '#db/mail-proofs.ts';
import { signUpOf } from '#db/sign-ups.ts';
import { digestOf } from './keys.ts';
import { plainPassword } from './password.ts';
import type { IdentityDeps } from './ports.ts';
import { heldSignUp, type Holder } from './register.ts';

export type Verified =
  /** Also when it was before: a link is opened twice. */
  | { readonly kind: 'registered'; readonly identityId: string }
  /** Unknown, expired, replaced by a later mail, wrong, or somebody else's: who asks is told no more. */
  | { readonly kind: 'wrong' }
  /** It was tried too often: another mail is needed. */
  | { readonly kind: 'no-tries-left' }
  /** Another registration of this address, which they have proven to be theirs, was faster. */
  | { readonly kind: 'known-address' };

const wrong: Verified = { kind: 'wrong' };

/** By the six digits, typed where the registration was begun. A try is counted, and on disk, before it is looked at. Throws DatabaseUnavailable. */
export async function verifyByCode(db: Database, deps: IdentityDeps, holder: Holder, code: string): Promise<Verified> {
  if (!(await heldSignUp(db, deps, holder))) return wrong;
  const proof = await mailProofOfSignUp(db, holder.id, deps.now());
  if (!proof) return wrong;
  if (!(await countTry(db, proof.id, 'code'))) return { kind: 'no-tries-left' };
  return deps.keys.codeDigest(proof.id, code) === proof.codeDigest
    ? finish(db, deps, { proofId: proof.id, signUpId: holder.id })
    : wrong;
}

/**
 * By the link's token, on any device, with the password of the registration: else whoever registers with another's address has only to wait for them
 * to open the link. Passwords are counted before they are looked at. Throws DatabaseUnavailable.
 */
export async function verifyByLink(
  db: Database,
  deps: IdentityDeps,
  { token, password }: { readonly token: string; readonly password: string },
): Promise<Verified> {
  const proof = await mailProofByToken(db, 'registration', digestOf(token), deps.now());
  const signUp = proof && (await signUpOf(db, proof.signUpId ?? '', deps.now()));
  if (!signUp) return wrong;
  if (!(await countTry(db, proof.id, 'code'))) return { kind: 'no-tries-left' };
  const right = await deps.passwords.verify(signUp.passwordHash, plainPassword(password));
  return right ? finish(db, deps, { proofId: proof.id, signUpId: signUp.id }) : wrong;
}

interface Proven {
  readonly proofId: string;
  readonly signUpId: string;
}

/** The registration becomes an identity, in one transaction. */
async function finish(db: Database, deps: IdentityDeps, { proofId, signUpId }: Proven): Promise<Verified> {
  const at = deps.now();
  return db.transaction().execute(async (trx): Promise<Verified> => {
    // In the order of whoever has another mail sent.
    const signUp = await signUpOf(trx, signUpId, at, { lock: true });
    const proof = await mailProofOf(trx, proofId, at, { lock: true });
    if (!proof || !signUp?.questions || !signUp.contact) return wrong;
    const { id, email, emailKey, passwordHash, language, contact, questions } = signUp;
    if (proof.endedAt) return (await identityOf(trx, { id })) ? { kind: 'registered', identityId: id } : wrong;
    await endMailProof(trx, proof.id, at);
    const identity = { id, email, emailKey, passwordHash, language, ...contact };
    const times = { emailVerifiedAt: at, passwordSetAt: signUp.begunAt, registeredAt: at };
    if (!(await addIdentity(trx, { ...identity, ...times }, questions))) return { kind: 'known-address' };
    await deps.notify(trx, {
      ...{ key: `identity ${id} registered`, language, to: { email } },
      news: { kind: 'registered' },
    });
    return { kind: 'registered', identityId: id };
  });
}
