import type { Database } from '#db/connect.ts';
import { withinMonth, type Contact } from '../notices/contact.ts';
import type { Notice, Notify } from '../notices/notice.ts';
import { addressesIn, contactOf } from '../profile/contact.ts';

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
  /** Somebody who registered on the web showed the account's number and passcode, and uses it there from now on. */
  | { readonly kind: 'on-the-web' }
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

/** Answers to what the holder does; the others are news, and their texts some of the month's five (guide row 45). */
const isAnswer = ({ kind }: HolderNews): boolean => kind !== 'passcode-locked' && kind !== 'passcode-unlocked';

/**
 * Tells the holder where their profile says, if there is any way to; or where `to` says. By e-mail wherever there is an address, asked for or not:
 * this is about who may use the account.
 */
export async function tell(
  trx: Database,
  { now, notify }: TellDeps,
  { key, account, news }: Told,
  to?: Contact,
): Promise<void> {
  const contact = to ?? (await contactOf(trx, account.id));
  if (!contact) return;
  const everywhere = addressesIn(contact);
  const where = isAnswer(news) ? everywhere : await withinMonth(trx, everywhere, now());
  if (where.mobile === undefined && where.email === undefined) return;
  const { language } = contact;
  await notify(trx, { key, accountId: account.id, accountEnding: endingOf(account.number), language, to: where, news });
}
