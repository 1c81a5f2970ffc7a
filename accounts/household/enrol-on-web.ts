import { accountByNumber } from '#db/account-look-up.ts';
import type { Database } from '#db/connect.ts';
import type { Identity } from '#db/identities.ts';
import { ownAccount } from '#db/identity-accounts.ts';
import { profileOf, saveProfile } from '#db/profiles.ts';
import { enrolIn, type Enrolled, type EnrolmentRefusal } from '../enrolment/enrol.ts';
import { orderOf, type EnrolmentOrder, type Sharing, type SoundOrder } from '../enrolment/order.ts';
import type { Twice } from '../identity/register.ts';
import { checkPasscode, isPasscode, type PasscodeCheck, type PasscodeDeps } from '../passcode/check-passcode.ts';
import { setFirstPasscode } from '../passcode/set-passcode.ts';
import { weaknessOf, type Weakness } from '../passcode/weakness.ts';

export interface WebEnrolment extends Pick<EnrolmentOrder, 'language' | 'reach'> {
  /** Of whoever asks: one identity's. */
  readonly key: string;
  readonly identity: Identity;
  readonly facility: { readonly state: string; readonly id: string };
  /** As it was written; undefined: the identity's telephone (guide row 39). */
  readonly number?: string | undefined;
  /** Undefined: the one that was chosen at registration, if there is one that is good here (row 28). */
  readonly passcode?: Twice | undefined;
  /** Of an open account that has the number already: whoever knows both may have one more. */
  readonly sharing?: { readonly accountNumber: string; readonly passcode: string } | undefined;
}

export type EnrolledOnWeb =
  /** `passcode`: none: it is to be set, for agents ask for it. */
  | (Enrolled & { readonly passcode: 'set' | 'of-registration' | 'none' })
  | {
      readonly kind: 'refused';
      readonly reason: EnrolmentRefusal | 'not-four-digits' | 'not-the-same' | `too-easy:${Weakness}`;
    }
  /** Of the account that is to share its number. */
  | Exclude<PasscodeCheck, { readonly kind: 'right' }>;

/** Account numbers that are drawn: one in ten thousand ends in the passcode. */
const DRAWS = 3;

/** Undoes what was written so far. */
class EndsInPasscode extends Error {}

/**
 * Opens an account for somebody who is signed in: the account, its owner, name and address as they registered, and a passcode, in one transaction.
 * Throws DatabaseUnavailable, after which the same may be asked again under the same key.
 */
export async function enrolOnWeb(db: Database, deps: PasscodeDeps, wanted: WebEnrolment): Promise<EnrolledOnWeb> {
  const { identity, number = identity.phone, facility, language, reach, passcode } = wanted;
  const shared = wanted.sharing && (await proven(db, deps, identity.id, wanted.sharing));
  if (shared && shared.kind !== 'passcode') return shared;
  const sound = orderOf({
    ...{ key: `web ${identity.id} ${wanted.key}`, by: { kind: 'web', id: identity.id } },
    ...{ facility, number, language, reach, ...(shared && { sharing: shared }) },
  });
  if (sound.kind === 'refused') return sound;
  const fault = passcode && faultOf(passcode, sound.order.number);
  if (fault) return { kind: 'refused', reason: fault };
  // Before anything is locked: it takes its time.
  const hash = passcode ? await deps.hasher.hash(passcode.entered) : await ofRegistration(deps, identity, sound.order);
  for (let draw = 0; draw < DRAWS; draw++) {
    const opened = await openOnce(db, deps, { identity, order: sound.order, hash, typed: passcode?.entered });
    if (opened !== 'ends-in-passcode') return opened;
  }
  return { kind: 'refused', reason: 'too-easy:of-your-account' };
}

type Sharer = NonNullable<WebEnrolment['sharing']>;

/** Whoever says the passcode of the account of this number speaks for it. */
export async function proven(
  db: Database,
  deps: PasscodeDeps,
  identityId: string,
  { accountNumber, passcode }: Sharer,
): Promise<Extract<Sharing, { kind: 'passcode' }> | Exclude<PasscodeCheck, { kind: 'right' }>> {
  // Of nobody's number the same work is done, and the same is told.
  const accountId = (await accountByNumber(db, accountNumber))?.id ?? 'nobody';
  const checked = await checkPasscode(db, deps, { accountId, passcode, by: { kind: 'web', id: identityId } });
  return checked.kind === 'right' ? { kind: 'passcode', accountId, proof: checked.proof } : checked;
}

function faultOf({ entered, again }: Twice, number: string) {
  if (!isPasscode(entered)) return 'not-four-digits';
  if (entered !== again) return 'not-the-same';
  const weakness = weaknessOf(entered, { numbers: [number], accountNumber: '' });
  return weakness && (`too-easy:${weakness}` as const);
}

/** The registration's passcode, unless it is the end of the number that is enrolled, which it was not looked at with. */
async function ofRegistration({ hasher }: PasscodeDeps, { passcodeHash }: Identity, { number }: SoundOrder) {
  if (passcodeHash === null || (await hasher.verify(passcodeHash, number.slice(-4)))) return undefined;
  return passcodeHash;
}

interface Opening {
  readonly identity: Identity;
  readonly order: SoundOrder;
  readonly hash: string | undefined;
  /** Under a name that no log shows; undefined: the registration's. */
  readonly typed: string | undefined;
}

async function openOnce(
  db: Database,
  deps: PasscodeDeps,
  { identity, order, hash, typed }: Opening,
): Promise<EnrolledOnWeb | 'ends-in-passcode'> {
  const passcode = hash === undefined ? 'none' : typed === undefined ? 'of-registration' : 'set';
  const opened = db.transaction().execute(async (trx): Promise<EnrolledOnWeb> => {
    const enrolled = await enrolIn(trx, deps, order);
    if (enrolled.kind === 'refused' || enrolled.replayed)
      return enrolled.kind === 'refused' ? enrolled : { ...enrolled, passcode };
    const { accountId: id, accountNumber: number, at } = enrolled;
    const ends = number.slice(-4);
    if (hash !== undefined && (typed === undefined ? await deps.hasher.verify(hash, ends) : typed === ends))
      throw new EndsInPasscode();
    await ownAccount(trx, { accountId: id, identityId: identity.id, way: 'enrolled', at });
    await writeName(trx, { accountId: id, identity, at });
    if (hash !== undefined) await setFirstPasscode(trx, deps, { account: { id, number }, hash, by: order.by });
    return { ...enrolled, passcode };
  });
  return opened.catch((error: unknown) => {
    if (error instanceof EndsInPasscode) return 'ends-in-passcode';
    throw error;
  });
}

/** Name and address as they registered, where the account has none. The caller holds the account's row, or has just made it. */
export async function writeName(
  trx: Database,
  { accountId, identity, at }: { readonly accountId: string; readonly identity: Identity; readonly at: Date },
): Promise<void> {
  const { version, profile } = await profileOf(trx, accountId);
  if (profile.firstName !== null) return;
  const { firstName, lastName, addressLine1, addressLine2, city, region, postalCode, country } = identity;
  const home = { firstName, lastName, addressLine1, addressLine2, city, region, postalCode, country };
  const by = { kind: 'web', id: identity.id } as const;
  const change = { accountId, from: version, profile: { ...profile, ...home }, fields: ['name', 'address'], by, at };
  if (!(await saveProfile(trx, change))) throw new Error('The account is locked, and its profile changed.');
}
