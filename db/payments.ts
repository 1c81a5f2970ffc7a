import type { PostalAddress } from './cheques.ts';

/** A payment that comes by mail, bank or money transfer: guide rows 35 and 36. */
export type PaymentKind =
  'personal-cheque' | 'money-order' | 'cashiers-cheque' | 'bank-bill-pay' | 'moneygram' | 'western-union';

/** Who sent it, as far as that is known. */
export interface Sender {
  readonly name: string;
  readonly address?: PostalAddress;
}
