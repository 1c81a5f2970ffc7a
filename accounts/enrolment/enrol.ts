import { addAccountNumber, openAccountsOf } from '#db/account-numbers.ts';
import { activeBlock } from '#db/blocks.ts';
import type { Database } from '#db/connect.ts';
import {
  addEnrolment,
  findEnrolment,
  lockEnrolmentKey,
  lockNumber,
  newAccount,
  type Enrolment,
  type HolderActor,
} from '#db/enrolments.ts';
import { facilityChoice, type FacilityChoice } from '#db/facility-directory.ts';
import { emptyProfile, saveProfile, type Profile } from '#db/profiles.ts';
import { tell, type TellDeps } from './news.ts';
import { orderOf, type EnrolmentOrder, type OrderRefusal, type Sharing, type SoundOrder } from './order.ts';

export type EnrolmentRefusal =
  | OrderRefusal
  | 'unknown-facility'
  /** The number is an open account's: its holder says the passcode and uses that one, or lets this one be opened; or an agent does. */
  | 'number-has-account'
  /** The key was used for another order. */
  | 'key-reused';

/** What is shown on the screen, or said (row 37). */
export interface Enrolled {
  readonly kind: 'enrolled';
  readonly accountId: string;
  /** Ten digits; the account's id is the same. */
  readonly accountNumber: string;
  /** E.164. */
  readonly number: string;
  /** Absent: to be chosen on the web. */
  readonly facility?: FacilityChoice;
  readonly at: Date;
  /** It was there already, by the same order. */
  readonly replayed: boolean;
  /** No facility may call the number, say because of an account that was closed: an account does not change that, an agent can. */
  readonly blockedEverywhere: boolean;
}

export type Enrolling = Enrolled | { readonly kind: 'refused'; readonly reason: EnrolmentRefusal };

/**
 * Opens an account with its first authorised number, in one transaction; confirmed by notice. Throws DatabaseUnavailable, after which the same
 * order with the same key may be given again.
 */
export async function enrol(db: Database, deps: TellDeps, wanted: EnrolmentOrder): Promise<Enrolling> {
  const sound = orderOf(wanted);
  if (sound.kind === 'refused') return sound;
  return db.transaction().execute((trx) => enrolIn(trx, deps, sound.order));
}

/** The same within a transaction that writes down more. */
export async function enrolIn(trx: Database, deps: TellDeps, order: SoundOrder): Promise<Enrolling> {
  const refused = (reason: EnrolmentRefusal) => ({ kind: 'refused', reason }) as const;
  await lockEnrolmentKey(trx, order.key);
  const before = await findEnrolment(trx, { key: order.key });
  if (before) return before.requestHash === order.hash ? shown(trx, before, true) : refused('key-reused');
  const facility = order.facility && (await facilityChoice(trx, order.facility.id));
  if (order.facility && facility?.state !== order.facility.state) return refused('unknown-facility');
  await lockNumber(trx, order.number);
  const at = deps.now();
  const others = await openAccountsOf(trx, order.number);
  if (others.length > 0 && !mayShare(order.sharing, { others, by: order.by, at })) return refused('number-has-account');
  const enrolment = await open(trx, order, others.length > 0, at);
  const { accountId: id, number } = enrolment;
  const news = { kind: 'enrolled', accountNumber: id, number, ...(facility && { facility: facility.name }) } as const;
  await tell(trx, deps, { key: `enrolment ${order.key}`, account: { id, number: id }, news });
  return shown(trx, enrolment, false);
}

/** Whether a number of open accounts may have one more. */
export function mayShare(
  sharing: Sharing | undefined,
  about: { readonly others: readonly string[]; readonly by: HolderActor; readonly at: Date },
): boolean {
  if (!sharing) return false;
  if (sharing.kind === 'agent') return about.by.kind === 'agent';
  return about.others.includes(sharing.accountId) && sharing.proof.stands(sharing.accountId, about.at);
}

async function open(trx: Database, order: SoundOrder, shared: boolean, at: Date): Promise<Enrolment> {
  const { key, by, facility, number, hash, sharing, language, notices, mobile, email } = order;
  const accountId = await newAccount(trx, at);
  await addAccountNumber(trx, { accountId, number, by, at });
  const enrolment = {
    ...{ accountId, key, by, number, at, requestHash: hash },
    ...(facility && { facilityId: facility.id }),
    ...(shared && sharing && { sharedBy: sharing.kind }),
  };
  await addEnrolment(trx, enrolment);
  const profile: Profile = { ...emptyProfile, language, notices, mobile, email, phone: number };
  const fields = ['language', 'notices', 'phone', ...(mobile ? ['mobile'] : []), ...(email ? ['e-mail'] : [])];
  await saveProfile(trx, { accountId, from: 0, profile, fields, by, at });
  return enrolment;
}

async function shown(trx: Database, enrolment: Enrolment, replayed: boolean): Promise<Enrolled> {
  const { accountId, number, facilityId, at } = enrolment;
  const facility = facilityId === undefined ? undefined : await facilityChoice(trx, facilityId);
  const blockedEverywhere = (await activeBlock(trx, number, 'all')) !== undefined;
  const account = { accountId, accountNumber: accountId, number, at };
  return { kind: 'enrolled', ...account, ...(facility && { facility }), replayed, blockedEverywhere };
}
