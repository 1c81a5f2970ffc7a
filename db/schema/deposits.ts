import type { Generated } from 'kysely';
import type { DepositChannel, DepositState } from '../deposits.ts';

export interface DepositTable {
  id: string;
  accountId: string;
  idempotencyKey: string;
  requestHash: string;
  channel: DepositChannel;
  agentId: string | null;
  cents: string;
  cardToken: string;
  cardBrand: string;
  cardLastFour: string;
  state: Generated<DepositState>;
  callingNumber: string | null;
  intendedAt: Date;
  settledAt: Date | null;
  declineReason: string | null;
  gatewayId: string | null;
  postingId: string | null;
  afterClosing: Generated<boolean>;
  asked: Generated<number>;
}

export interface DepositContradictionTable {
  id: Generated<string>;
  depositId: string;
  ours: 'captured' | 'declined';
  theirs: 'captured' | 'declined' | 'absent';
  eventId: string | null;
  at: Date;
  decision: 'looked-at' | 'captured' | null;
  decidedById: string | null;
  decisionReason: string | null;
  decidedAt: Date | null;
}
