import type { Database } from '#db/connect.ts';
import type { Notice, Notify } from '../notices/notice.ts';
import { contactOf, isReached, type Contact } from '../profile/contact.ts';

export type ProfilePart = 'name' | 'address' | 'phone' | 'language' | 'notices' | 'mobile' | 'e-mail';

/** What a holder is told of their account. The wording is in wording.ts. */
export type HolderNews =
  /** `facility`: its name; absent: to be chosen on the web. */
  | {
      readonly kind: 'enrolled';
      readonly accountNumber: string;
      readonly number: string;
      readonly facility?: string;
    }
  | { readonly kind: 'number-added' | 'number-removed'; readonly number: string }
  | { readonly kind: 'profile-changed'; readonly parts: readonly ProfilePart[] }
  | { readonly kind: 'passcode-set' | 'passcode-changed' | 'passcode-unlocked' }
  | { readonly kind: 'passcode-locked'; readonly minutes: number };

export type HolderNotice = Notice<HolderNews>;

/** What telling a holder needs. */
export interface TellDeps {
  readonly now: () => Date;
  /** Writes a notice down to be sent, in the transaction of its cause. One whose key was told before is not told again. */
  readonly notify: Notify<HolderNews>;
}

/** The last four of an account's number, by which its holder knows it. */
const endingOf = (accountNumber: string): string => accountNumber.slice(-4);

export interface Told {
  readonly key: string;
  readonly account: { readonly id: string; readonly number: string };
  readonly news: HolderNews;
}

/** Tells the holder where their profile says, if there is any way to; or where `to` says. */
export async function tell(
  trx: Database,
  { notify }: Pick<TellDeps, 'notify'>,
  { key, account, news }: Told,
  to?: Contact,
): Promise<void> {
  const contact = to ?? (await contactOf(trx, account.id));
  if (!contact || !isReached(contact)) return;
  const { language, ...where } = contact;
  await notify(trx, {
    key,
    accountId: account.id,
    accountEnding: endingOf(account.number),
    language,
    to: where,
    news,
  });
}
