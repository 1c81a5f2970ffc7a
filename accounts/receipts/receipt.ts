import type { DueDays } from '#db/card-refunds.ts';
import type { Database } from '#db/connect.ts';
import type { PaymentKind } from '#db/payments.ts';
import { withinMonth, type ContactOf } from '../notices/contact.ts';
import type { Notify } from '../notices/notice.ts';
import { callerContact } from './caller-contact.ts';

/** How a deposit was paid. */
export type PaidBy =
  { readonly kind: 'card'; readonly brand: string; readonly lastFour: string } | { readonly kind: PaymentKind };

/** What a receipt tells (guide row 33), and what takes one back. Cents. */
export type ReceiptNews =
  | {
      readonly kind: 'deposited';
      readonly cents: number;
      readonly balanceCents: number;
      readonly reference: string;
      readonly by: PaidBy;
      readonly at: Date;
    }
  /** The card was charged, and the account was closed by then: the money is on its way back. */
  | {
      readonly kind: 'deposited-after-closing';
      readonly cents: number;
      readonly reference: string;
      readonly by: PaidBy;
      readonly due: DueDays;
      readonly at: Date;
    }
  /** A payment on the telephone that was not made, of which the payer does not know it. */
  | { readonly kind: 'not-charged'; readonly cents: number; readonly at: Date }
  /** The bank took a payment back: `takenCents` of it from the balance, `owedCents` had been spent. */
  | {
      readonly kind: 'payment-returned';
      readonly cents: number;
      readonly takenCents: number;
      readonly owedCents: number;
      readonly reference: string;
      readonly by: PaidBy;
      readonly at: Date;
    };

export interface ReceiptDeps {
  readonly contactOf: ContactOf;
  readonly notify: Notify<ReceiptNews>;
}

export interface Receipt {
  readonly accountId: string;
  /** Of the deposit, or of the payment's coming or going: a receipt is written once for each. */
  readonly depositId: string;
  readonly news: ReceiptNews;
  /** Who paid called from here: told there when the account has no contact. */
  readonly callingNumber?: string | undefined;
}

/**
 * Writes a receipt down to be sent, in the transaction that posts the deposit: by text, by e-mail or both, as the holder wants. Without an
 * address it goes to the number that called, and without that there is none, and the deposit is none the worse for it.
 */
export async function writeReceipt(trx: Database, deps: ReceiptDeps, receipt: Receipt): Promise<void> {
  const { accountId, depositId, news } = receipt;
  const contact =
    (await deps.contactOf(trx, accountId)) ?? (await callerContact(trx, accountId, receipt.callingNumber));
  if (!contact) return;
  const to = await withinMonth(trx, contact, news.at);
  const { language } = contact;
  await deps.notify(trx, {
    ...{ key: `receipt ${depositId}`, accountId, accountEnding: accountId.slice(-4), language, to, news },
  });
}
