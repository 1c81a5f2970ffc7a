import type { Generated, JSONColumnType } from 'kysely';
import type { LedgerKind } from '../ledger.ts';

export interface LedgerAccountTable {
  id: Generated<string>;
  kind: LedgerKind | 'holder';
  accountId: string | null;
  currency: Generated<string>;
  balanceCents: Generated<string>;
  heldCents: Generated<string>;
  /** Of a holder: the account is closed, and money only leaves. Follows account.status. */
  closed: Generated<boolean>;
  /** Of a holder: a live funding plan looks at the balance. Follows funding_plan.ended_at. */
  watched: Generated<boolean>;
}

export interface PostingTable {
  id: Generated<string>;
  reference: Generated<string>;
  kind: string;
  at: Date;
  currency: Generated<string>;
  idempotencyKey: string;
  requestHash: string;
  memo: JSONColumnType<Record<string, unknown>>;
  /** The transaction that made it (xid8): entries join in no other. */
  madeIn: Generated<string>;
}

export interface EntryTable {
  postingId: string;
  seq: number;
  ledgerAccountId: string;
  cents: string;
  /** Null: one of the house's own accounts. */
  balanceAfterCents: string | null;
}

export interface HoldTable {
  id: Generated<string>;
  ledgerAccountId: string;
  idempotencyKey: string;
  cents: string;
  state: Generated<'held' | 'captured' | 'released'>;
  reason: string;
  placedAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  postingId: string | null;
}
