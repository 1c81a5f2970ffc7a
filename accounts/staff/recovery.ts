import { randomInt } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { putRecoveryCodes, useRecoveryCode } from '#db/staff/recovery-codes.ts';
import type { StaffDeps } from './ports.ts';

/** How many are made at a time. */
export const RECOVERY_CODES = 10;
/** Nothing that is read as something else: no I, L, O, 0, 1. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const LETTERS = 10;

/** As it is counted: without the dash, in capital letters. */
const plain = (typed: string): string => typed.replace(/[\s-]/g, '').toUpperCase();

/** Whether somebody typed a recovery code, and not the six digits of an app. */
export const isRecoveryCode = (typed: string): boolean => new RegExp(`^[${ALPHABET}]{${LETTERS}}$`).test(plain(typed));

/** Ten letters, 49 bits: guesses are counted, and the digest is keyed. */
function newCode(): string {
  const letters = Array.from({ length: LETTERS }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return `${letters.slice(0, LETTERS / 2)}-${letters.slice(LETTERS / 2)}`;
}

const digestOf = ({ keys }: StaffDeps, staffId: string, code: string): string =>
  keys.subject('staff recovery code', `${staffId} ${plain(code)}`);

/** Codes for whoever loses the phone: each is good once, and those of before no more. Told now and never again. The caller holds the member's row. */
export async function makeRecoveryCodes(trx: Database, deps: StaffDeps, staffId: string): Promise<readonly string[]> {
  const codes = new Set<string>();
  while (codes.size < RECOVERY_CODES) codes.add(newCode());
  const digests = [...codes].map((code) => digestOf(deps, staffId, code));
  await putRecoveryCodes(trx, staffId, digests);
  return [...codes];
}

/** Uses one up. False: it is none of theirs, or was used before. The caller holds the member's row. */
export const spendRecoveryCode = (trx: Database, deps: StaffDeps, staffId: string, code: string): Promise<boolean> =>
  useRecoveryCode(trx, staffId, digestOf(deps, staffId, code), deps.now());
