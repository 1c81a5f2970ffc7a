import type { DueDays } from '#db/card-refunds.ts';
import type { Database } from '#db/connect.ts';
import { withinMonth } from '../notices/contact.ts';
import type { HolderDeps } from './ports.ts';

/** What is told. Cents; days are ISO. The wording is in wording.ts. */
export type RefundNews =
  | {
      readonly kind: 'account-closed';
      readonly balanceCents: number;
      readonly cards: readonly { readonly lastFour: string; readonly cents: number; readonly due: DueDays }[];
      readonly cheque?: { readonly cents: number; readonly due: DueDays; readonly addressKnown: boolean };
      readonly numbers: number;
    }
  | { readonly kind: 'card-refunded'; readonly cents: number; readonly lastFour: string; readonly reference: string }
  /** The bank did not take it. */
  | {
      readonly kind: 'card-refund-by-cheque';
      readonly cents: number;
      readonly lastFour: string;
      readonly due: DueDays;
      readonly addressKnown: boolean;
    }
  | { readonly kind: 'cheque-mailed'; readonly cents: number; readonly reference: string }
  /** Came back, or never had an address. */
  | { readonly kind: 'cheque-returned'; readonly cents: number }
  /** Nobody cashed it; the money waits. */
  | { readonly kind: 'cheque-stale'; readonly cents: number }
  /** The bank took back what it gave back; another cheque gives back `restCents`, if there is a rest. */
  | { readonly kind: 'cheque-stopped'; readonly cents: number; readonly restCents: number };

export interface RefundNotice {
  /** Once for each key. */
  readonly key: string;
  readonly accountId: string;
  /** The last four of the account's number. */
  readonly accountEnding: string;
  readonly language: 'en' | 'es';
  readonly to: { readonly mobile?: string; readonly email?: string };
  readonly news: RefundNews;
}

/** Tells the holder, if there is any way to; a text is one of the month's five. */
export async function tellHolder(
  trx: Database,
  { contactOf, notify, now }: Pick<HolderDeps, 'contactOf' | 'notify' | 'now'>,
  notice: Pick<RefundNotice, 'key' | 'accountId' | 'news'>,
): Promise<void> {
  const contact = await contactOf(trx, notice.accountId);
  if (!contact) return;
  const to = await withinMonth(trx, contact, now());
  if (to.mobile === undefined && to.email === undefined) return;
  await notify(trx, { ...notice, accountEnding: notice.accountId.slice(-4), language: contact.language, to });
}
