import type { Generated, JSONColumnType } from 'kysely';
import type { CardRefundState, RefundCause } from '../card-refunds.ts';
import type { ChequeCause, ChequeEventKind, ChequeState, PostalAddress } from '../cheques.ts';
import type { CloserKind } from '../closing.ts';

export interface RefundTermsTable {
  inForceFrom: Date;
  cardDaysMin: number;
  cardDaysMax: number;
  chequeDaysMin: number;
  chequeDaysMax: number;
  chequeStaleDays: Generated<number>;
  inactiveDays: number;
}

export interface BankHolidayTable {
  day: Date;
  name: string;
}

export interface AccountClosingTable {
  accountId: string;
  idempotencyKey: string;
  byKind: CloserKind;
  byId: string | null;
  previewVersion: string;
  balanceCents: string;
  postingId: string | null;
  numbers: JSONColumnType<string[]>;
  at: Date;
}

export interface CardRefundTable {
  id: string;
  accountId: string;
  cause: RefundCause;
  postingId: string;
  depositId: string;
  cents: string;
  state: Generated<CardRefundState>;
  /** ISO day. */
  dueFrom: string;
  dueUntil: string;
  madeAt: Date;
  askedAt: Date | null;
  asked: Generated<number>;
  gatewayRefundId: string | null;
  declineReason: string | null;
  refundPostingId: string | null;
  decidedById: string | null;
  decisionReason: string | null;
  endedAt: Date | null;
  failedPostingId: string | null;
  failedAt: Date | null;
  lookAgainAt: Date | null;
}

export interface ChequeTable {
  id: Generated<string>;
  /** Null: to the sender of money that belongs to no account. */
  accountId: string | null;
  cause: ChequeCause;
  postingId: string;
  cardRefundId: string | null;
  cents: string;
  state: ChequeState;
  payee: string | null;
  address: JSONColumnType<PostalAddress> | null;
  dueFrom: string;
  dueUntil: string;
  attempt: Generated<number>;
  batchId: string | null;
  inQuestion: Generated<boolean>;
  chequeNumber: string | null;
  madeAt: Date;
}

export interface ChequeEventTable {
  id: Generated<string>;
  chequeId: string;
  kind: ChequeEventKind;
  attempt: number;
  byId: string;
  chequeNumber: string | null;
  postingId: string | null;
  paymentId: string | null;
  reason: string | null;
  at: Date;
}

export interface AccountActivityTable {
  accountId: string;
  kind: string;
  at: Date;
}

export interface UnclaimedFundTable {
  id: Generated<string>;
  accountId: string;
  idempotencyKey: string;
  cents: string;
  postingId: string;
  lastActiveAt: Date;
  byId: string;
  reason: string;
  at: Date;
  claimedAt: Date | null;
  claimedById: string | null;
  claimPostingId: string | null;
}
