import type { Database } from '#db/connect.ts';
import type { FacilityChoice } from '#db/facility-directory.ts';
import type { Language } from '#db/people.ts';
import { addConsent } from '#db/service-terms.ts';
import { isPasscode, type PasscodeDeps } from '../passcode/check-passcode.ts';
import { PasscodeProof } from '../passcode/proof.ts';
import { setFirstPasscode } from '../passcode/set-passcode.ts';
import { weaknessOf } from '../passcode/weakness.ts';
import { enrolIn, type Enrolled, type EnrolmentRefusal } from './enrol.ts';
import { orderOf, type SoundOrder } from './order.ts';

/** What a caller to the phone line has chosen; everything was asked before. */
export interface PhoneOpening {
  readonly callId: string;
  /** E.164, of the United States: where the call comes from, and where texts go. */
  readonly number: string;
  readonly facility: Pick<FacilityChoice, 'id' | 'state'>;
  readonly language: Language;
  /** Under a name that no log shows. */
  readonly passcode: string;
  /** The version of the terms that was told and accepted. */
  readonly terms: string;
}

export type OpenedByPhone =
  | (Enrolled & { readonly proof: PasscodeProof })
  | { readonly kind: 'refused'; readonly reason: EnrolmentRefusal | 'too-easy' };

/** Account numbers that are drawn: one in ten thousand ends in the passcode. */
const draws = 3;

/**
 * Opens an account in a call (guide rows 28, 37, 39): the account, its number and facility, the consent and the passcode in one transaction, so
 * that a caller who hangs up or a process that dies leaves all of it or nothing. Name and address are lacking (lacksOf()) until they are written
 * down on the web. Throws DatabaseUnavailable, after which the same may be asked again.
 */
export async function openByPhone(db: Database, deps: PasscodeDeps, opening: PhoneOpening): Promise<OpenedByPhone> {
  const { callId, number, facility, language, passcode } = opening;
  const refused = (reason: EnrolmentRefusal | 'too-easy') => ({ kind: 'refused', reason }) as const;
  if (!isPasscode(passcode) || weaknessOf(passcode, { numbers: [number], accountNumber: '' }))
    return refused('too-easy');
  const sound = orderOf({
    ...{ key: `line ${callId}`, by: { kind: 'phone-line', id: callId } },
    ...{ number, facility, language, reach: { notices: 'text', mobile: number } },
  });
  if (sound.kind === 'refused') return sound;
  // Before anything is locked: it takes its time.
  const hash = await deps.hasher.hash(passcode);
  for (let draw = 0; draw < draws; draw++) {
    const opened = await openOnce(db, deps, { ...opening, order: sound.order, hash });
    if (opened !== 'ends-in-passcode') return opened;
  }
  return refused('too-easy');
}

type Attempt = PhoneOpening & { readonly order: SoundOrder; readonly hash: string };

/** Undoes what was written so far. */
class EndsInPasscode extends Error {}

async function openOnce(
  db: Database,
  deps: PasscodeDeps,
  { order, hash, passcode, callId, language, terms: version }: Attempt,
): Promise<OpenedByPhone | 'ends-in-passcode'> {
  const opened = db.transaction().execute(async (trx): Promise<OpenedByPhone> => {
    const enrolled = await enrolIn(trx, deps, order);
    if (enrolled.kind === 'refused') return enrolled;
    const { accountId: id, accountNumber: number, at, replayed } = enrolled;
    if (!replayed) {
      if (number.endsWith(passcode)) throw new EndsInPasscode();
      await addConsent(trx, { accountId: id, version, callId, language, at });
      await setFirstPasscode(trx, deps, { account: { id, number }, hash, by: order.by });
    }
    return { ...enrolled, proof: new PasscodeProof(id, at) };
  });
  return opened.catch((error: unknown) => {
    if (error instanceof EndsInPasscode) return 'ends-in-passcode';
    throw error;
  });
}
