import type { Generated } from 'kysely';

export interface SandboxCardTable {
  token: string;
  behaviour: string;
  brand: 'visa' | 'mastercard';
  lastFour: string;
  expiryMonth: number;
  expiryYear: number;
  funding: 'credit' | 'debit' | 'prepaid' | 'unknown';
  tokenisedAt: Date;
}

export interface SandboxChargeTable {
  id: string;
  idempotencyKey: string;
  requestHash: string;
  token: string;
  cents: string;
  reference: string;
  /** Null: captured. */
  declineReason: string | null;
  refundedCents: Generated<string>;
  chargedAt: Date;
}

export interface SandboxRefundTable {
  id: string;
  idempotencyKey: string;
  requestHash: string;
  chargeId: string;
  cents: string;
  /** Null: refunded. */
  declineReason: string | null;
  refundedAt: Date;
}
