import type { Database } from '#db/connect.ts';
import type { Payment } from '#db/payments.ts';

/** What a holder may be told. Cents. */
export type PaymentNews =
  | { readonly kind: 'paid-in'; readonly accountId: string; readonly payment: Payment; readonly reference: string; readonly balanceCents: number } // prettier-ignore
  /** The bank took it back: `takenCents` from the balance, `owedCents` had been spent. */
  | { readonly kind: 'returned'; readonly accountId: string; readonly payment: Payment; readonly reference: string; readonly takenCents: number; readonly owedCents: number }; // prettier-ignore

export interface RailDeps {
  readonly now: () => Date;
  /** Told in the transaction that posts it: what is written there (a receipt) is written exactly when the money moves. */
  readonly onNews?: (trx: Database, news: PaymentNews) => Promise<void>;
}
