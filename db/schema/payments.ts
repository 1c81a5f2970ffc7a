import type { Generated, JSONColumnType } from 'kysely';
import type { PaymentEventKind, PaymentKind, PaymentState, Sender, SuspenseReason } from '../payments.ts';

export interface PaymentLimitTable {
  kind: PaymentKind;
  /** ISO day. */
  inForceFrom: string;
  minCents: string;
  maxCents: string;
}

export interface PaymentTable {
  id: Generated<string>;
  idempotencyKey: string;
  requestHash: string;
  kind: PaymentKind;
  issuer: string;
  serial: string;
  /** ISO day. */
  receivedOn: string;
  cents: string;
  memo: string;
  sender: JSONColumnType<Sender> | null;
  source: 'agent' | 'lockbox';
  state: PaymentState;
  accountId: string | null;
  suspenseReason: SuspenseReason | null;
  postingId: string;
  holderPostingId: string | null;
  enteredAt: Date;
}

export interface PaymentEventTable {
  id: Generated<string>;
  paymentId: string;
  idempotencyKey: string;
  requestHash: string;
  kind: PaymentEventKind;
  byId: string;
  reason: string;
  postingId: string;
  at: Date;
}

export interface ReceivableTable {
  id: Generated<string>;
  paymentId: string;
  accountId: string | null;
  cents: string;
  settledCents: Generated<string>;
  madeAt: Date;
}

export interface ReceivableEventTable {
  id: Generated<string>;
  receivableId: string;
  idempotencyKey: string;
  requestHash: string;
  kind: 'recovered' | 'waived';
  cents: string;
  byId: string;
  reason: string;
  postingId: string | null;
  at: Date;
}
