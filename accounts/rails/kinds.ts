import type { LedgerKind } from '#db/ledger.ts';
import type { PaymentKind } from '#db/payments.ts';

/** How a kind of payment is booked. */
export interface Rail {
  /** Where the money is until the bank has it. */
  readonly clearing: Extract<LedgerKind, 'cheque-clearing' | 'bank-clearing' | 'money-transfer-clearing'>;
  /** Kind of the posting, as statements name it (accounts/statements/wording.ts). */
  readonly posting: 'cheque-deposit' | 'money-order-deposit' | 'bank-deposit' | 'money-transfer-deposit';
}

/** Guide rows 35 (bank bill pay, cheques, money orders) and 36 (MoneyGram, Western Union). */
export const rails: Readonly<Record<PaymentKind, Rail>> = {
  'personal-cheque': { clearing: 'cheque-clearing', posting: 'cheque-deposit' },
  'cashiers-cheque': { clearing: 'cheque-clearing', posting: 'cheque-deposit' },
  'money-order': { clearing: 'cheque-clearing', posting: 'money-order-deposit' },
  'bank-bill-pay': { clearing: 'bank-clearing', posting: 'bank-deposit' },
  moneygram: { clearing: 'money-transfer-clearing', posting: 'money-transfer-deposit' },
  'western-union': { clearing: 'money-transfer-clearing', posting: 'money-transfer-deposit' },
};

export const isPaymentKind = (word: string): word is PaymentKind => Object.hasOwn(rails, word);
