import { accountNumberOf } from '#db/account-look-up.ts';
import { accountStatus } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import type { HolderActor } from '#db/enrolments.ts';
import { profileOf, saveProfile, type Profile, type ProfileVersion } from '#db/profiles.ts';
import { tell, type ProfilePart, type TellDeps } from '../enrolment/news.ts';
import { callableNumber, type NumberRefusal } from '../numbers/callable-number.ts';
import { addressesIn, contactIn, contactOf } from './contact.ts';
import { nameAndAddressOf, type FieldRefusal, type NameAndAddress } from './name-and-address.ts';
import { reachOf, type Reach, type ReachRefusal } from './reach.ts';

/** What is to be otherwise; what is not named stays. */
export interface ProfileEdit {
  readonly nameAndAddress?: NameAndAddress;
  /** Contact telephone, with country code unless it is the United States'. */
  readonly phone?: string;
  readonly language?: 'en' | 'es';
  readonly reach?: Reach;
}

export interface ProfileOrder {
  readonly accountId: string;
  /** Of the profile that was shown: what is changed is what was seen. */
  readonly version: number;
  readonly edit: ProfileEdit;
  readonly by: HolderActor;
  /** They have proven anew who they are: without, nothing changes that says where money or news goes (OWASP ASVS 3.7.1). */
  readonly proven: boolean;
}

export type ProfileChanging =
  | ({ readonly kind: 'changed' | 'unchanged' } & ProfileVersion)
  /** Somebody else changed it since: to be shown anew. Nothing was done. */
  | ({ readonly kind: 'stale' } & ProfileVersion)
  /** Nothing was done: who they are is to be proven anew first. */
  | { readonly kind: 'unproven' }
  | { readonly kind: 'refused'; readonly reason: NumberRefusal | ReachRefusal | 'unknown-account' }
  | { readonly kind: 'refused'; readonly reason: 'invalid-address'; readonly fields: readonly FieldRefusal[] };

const parts: Readonly<Record<keyof Profile, ProfilePart>> = {
  firstName: 'name',
  lastName: 'name',
  addressLine1: 'address',
  addressLine2: 'address',
  city: 'address',
  region: 'address',
  postalCode: 'address',
  country: 'address',
  phone: 'phone',
  language: 'language',
  notices: 'notices',
  mobile: 'mobile',
  email: 'e-mail',
};

/** What says neither who gets a cheque, nor where they or their news are. */
const harmless: ReadonlySet<ProfilePart> = new Set(['language', 'notices']);

/**
 * Changes profile and preferences, if `version` is still the one that is there. The holder is told which parts changed, where they were reached before
 * and where they are now: who did not do it learns of it. Also of a closed account, whose cheque may wait for an address. Throws
 * DatabaseUnavailable; the same again then is 'stale' or 'changed'.
 */
export async function changeProfile(db: Database, deps: TellDeps, order: ProfileOrder): Promise<ProfileChanging> {
  const { accountId, version, edit, by, proven } = order;
  const edited = editOf(edit);
  if (edited.kind === 'refused') return edited;
  return db.transaction().execute(async (trx): Promise<ProfileChanging> => {
    if (!(await accountStatus(trx, accountId, { lock: true }))) return { kind: 'refused', reason: 'unknown-account' };
    const before = await profileOf(trx, accountId);
    if (before.version !== version) return { kind: 'stale', ...before };
    const profile: Profile = { ...before.profile, ...edited.values };
    const changed = (Object.keys(parts) as (keyof Profile)[]).filter(
      (field) => profile[field] !== before.profile[field],
    );
    if (changed.length === 0) return { kind: 'unchanged', ...before };
    const what = [...new Set(changed.map((field) => parts[field]))];
    if (!proven && !what.every((part) => harmless.has(part))) return { kind: 'unproven' };
    const reachedAt = await contactOf(trx, accountId);
    const change = { accountId, from: version, profile, fields: what, by, at: deps.now() };
    if (!(await saveProfile(trx, change))) throw new Error('The account is locked, and its profile changed.');
    const account = { id: accountId, number: await accountNumberOf(trx, accountId) };
    const told = { account, news: { kind: 'profile-changed', parts: what } } as const;
    const key = `profile ${accountId} ${version + 1}`;
    const now = contactIn(profile);
    const [places, after] = [reachedAt && addressesIn(reachedAt), addressesIn(now)];
    const moved = places && (places.email !== after.email || places.mobile !== after.mobile);
    if (moved) await tell(trx, deps, { key: `${key} before`, ...told }, reachedAt);
    await tell(trx, deps, { key, ...told }, now);
    return { kind: 'changed', version: version + 1, profile };
  });
}

type Refused = Extract<ProfileChanging, { kind: 'refused' }>;

function editOf(edit: ProfileEdit): { readonly kind: 'values'; readonly values: Partial<Profile> } | Refused {
  const { nameAndAddress, phone, language, reach } = edit;
  const home = nameAndAddress && nameAndAddressOf(nameAndAddress);
  if (home?.kind === 'refused') return { kind: 'refused', reason: 'invalid-address', fields: home.fields };
  const number = phone === undefined ? undefined : callableNumber(phone);
  if (number?.kind === 'refused') return number;
  const reached = reach && reachOf(reach);
  if (reached?.kind === 'refused') return reached;
  const values = {
    ...home?.kept,
    ...(number && { phone: number.number }),
    ...(language && { language }),
    ...reached?.reach,
  };
  return { kind: 'values', values };
}
