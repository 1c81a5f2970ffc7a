import type { Generated } from 'kysely';

export interface SandboxCardTable {
  token: string;
  brand: 'visa' | 'mastercard';
  lastFour: string;
  expiryMonth: number;
  expiryYear: number;
  funding: 'credit' | 'debit' | 'prepaid' | 'unknown';
  behaviour: string;
  kept: boolean;
  spentBy: string | null;
  forgottenAt: Date | null;
  createdAt: Date;
}

export interface SandboxChargeTable {
  id: string;
  key: string;
  state: 'captured' | 'declined' | 'fenced';
  token: string | null;
  cents: number | null;
  reference: string | null;
  reason: string | null;
  refundedCents: Generated<number>;
  at: Date;
}

export interface SandboxRefundTable {
  id: string;
  key: string;
  chargeId: string;
  cents: number;
  at: Date;
}
