import type { Generated } from 'kysely';
import type { ActorKind } from '../blocks.ts';

export interface BlockTable {
  id: Generated<string>;
  number: string;
  /** Null: all facilities. */
  facilityId: string | null;
  placedBy: ActorKind;
  placedById: string | null;
  placedInCall: string | null;
  placedAt: Date;
  reason: string;
  liftedBy: ActorKind | null;
  liftedById: string | null;
  liftedInCall: string | null;
  liftedAt: Date | null;
  liftReason: string | null;
}

export interface PrivilegedNumberTable {
  number: string;
  reason: string;
  addedBy: string;
  addedAt: Date;
}

export interface AccountTable {
  id: string;
  /** Ten digits, the first 1, the last a check digit. */
  number: Generated<string>;
  status: 'open' | 'closed';
  openedAt: Date;
  closedAt: Date | null;
}

export interface AccountNumberTable {
  accountId: string;
  number: string;
  addedAt: Date;
}
