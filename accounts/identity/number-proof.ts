import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import type { Identity } from '#db/identities.ts';
import * as proofs from '#db/number-proofs.ts';
import { hasOptedOut } from '#db/text-opt-outs.ts';
import { usMobile, type MobileRefusal } from '../funding/mobile.ts';
import type { IdentityDeps } from './ports.ts';

/** How long the digits are good. Milliseconds; the wording says it. */
export const DIGITS_MS = 10 * 60_000;
/** How long after one text there is no other to the same number. Milliseconds. */
export const BETWEEN_MS = 60_000;
const HOUR_MS = 3_600_000;
/** How many of these texts one number gets in an hour, whoever asks: nobody fills another's phone. */
export const TEXTS_AN_HOUR = 5;
/** And how many one identity asks for in a day: five tries each, of a million. */
export const TEXTS_A_DAY = 10;
/**
 * How long a number counts as proven. A number that its holder gives up is nobody else's for 45 days (47 CFR 52.15(f)(1)(ii)): whoever proved it within
 * them has it still, or nobody has. Milliseconds.
 */
export const PROVEN_MS = 45 * 24 * HOUR_MS;

export type ProofAsked =
  | { readonly kind: 'sent'; readonly number: string; readonly expiresAt: Date }
  | { readonly kind: 'too-soon'; readonly until: Date }
  /** The number wants no texts of ours. */
  | { readonly kind: 'opted-out' }
  | { readonly kind: 'refused'; readonly reason: MobileRefusal };

/**
 * Texts six digits to a number that somebody says is theirs; those of before are good no more. `number`: as it was written. Throws DatabaseUnavailable.
 */
export async function askNumberProof(
  db: Database,
  deps: IdentityDeps,
  { identity, number: written }: { readonly identity: Pick<Identity, 'id' | 'language'>; readonly number: string },
): Promise<ProofAsked> {
  const mobile = usMobile(written);
  if (mobile.kind === 'refused') return mobile;
  const { number } = mobile;
  return db.transaction().execute(async (trx): Promise<ProofAsked> => {
    const whose = { identityId: identity.id, number };
    await proofs.holdNumberProofs(trx, whose);
    if (await hasOptedOut(trx, number)) return { kind: 'opted-out' };
    const at = deps.now();
    const until = await waitsUntil(trx, whose, at);
    if (until) return { kind: 'too-soon', until };
    const id = randomUUID();
    const expiresAt = new Date(at.getTime() + DIGITS_MS);
    const { code } = deps.keys.mailed(id);
    const codeDigest = deps.keys.codeDigest(id, code);
    await proofs.addNumberProof(trx, { ...whose, id, codeDigest, writtenAt: at, expiresAt });
    await deps.notify(trx, {
      ...{ key: `number ${id}`, language: identity.language, to: { mobile: number } },
      news: { kind: 'prove-number', proofId: id },
    });
    return { kind: 'sent', number, expiresAt };
  });
}

/** When the next text may go out; undefined: now. */
async function waitsUntil(
  trx: Database,
  { identityId, number }: Pick<proofs.NumberProof, 'identityId' | 'number'>,
  at: Date,
): Promise<Date | undefined> {
  const before = (ms: number) => new Date(at.getTime() - ms);
  const [ofNumber, ofIdentity] = [
    await proofs.numberProofsSince(trx, { number }, before(HOUR_MS)),
    await proofs.numberProofsSince(trx, { identityId }, before(24 * HOUR_MS)),
  ];
  const waits = [
    [ofNumber[0], BETWEEN_MS],
    [ofNumber[TEXTS_AN_HOUR - 1], HOUR_MS],
    [ofIdentity[TEXTS_A_DAY - 1], 24 * HOUR_MS],
  ] as const;
  const untils = waits.flatMap(([written, ms]) => (written ? [written.getTime() + ms] : []));
  const latest = Math.max(0, ...untils);
  return latest > at.getTime() ? new Date(latest) : undefined;
}

export type NumberProving =
  | { readonly kind: 'proven'; readonly number: string; readonly until: Date }
  | { readonly kind: 'wrong' }
  /** None was sent, it is too old, was used, or tried too often: another one is needed. */
  | { readonly kind: 'none' };

/** By the six digits. A try is counted, and on disk, before it is looked at. Throws DatabaseUnavailable: the try may have been counted. */
export async function proveNumber(
  db: Database,
  deps: IdentityDeps,
  proof: { readonly identityId: string; readonly number: string; readonly code: string },
): Promise<NumberProving> {
  const { identityId, number: written, code } = proof;
  const mobile = usMobile(written);
  if (mobile.kind === 'refused') return { kind: 'none' };
  const { number } = mobile;
  const at = deps.now();
  const tried = await proofs.tryNumberProof(db, { identityId, number }, at);
  if (!tried) return { kind: 'none' };
  if (deps.keys.codeDigest(tried.id, code) !== tried.codeDigest) return { kind: 'wrong' };
  return db.transaction().execute(async (trx): Promise<NumberProving> => {
    if (!(await proofs.useNumberProof(trx, tried.id, at))) return { kind: 'none' };
    await proofs.putProvenNumber(trx, { identityId, number, provenAt: at });
    return { kind: 'proven', number, until: new Date(at.getTime() + PROVEN_MS) };
  });
}

/** The numbers that count as an identity's own at `at`. */
export const numbersProven = (db: Database, identityId: string, at: Date): Promise<proofs.ProvenNumber[]> =>
  proofs.provenNumbers(db, identityId, new Date(at.getTime() - PROVEN_MS));
