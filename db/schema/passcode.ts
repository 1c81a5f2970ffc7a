import type { Generated } from 'kysely';
import type { HolderWay } from './enrolment.ts';

export interface PasscodeTable {
  accountId: string;
  hash: string;
  counted: Generated<string>;
  cleared: Generated<string>;
  refused: Generated<string>;
  locks: Generated<number>;
  lockedUntil: Date | null;
}

export interface PasscodeEventTable {
  id: Generated<string>;
  accountId: string;
  kind: 'set' | 'changed' | 'locked' | 'unlocked';
  byKind: HolderWay;
  byId: string | null;
  reason: string | null;
  lockedUntil: Date | null;
  at: Date;
}

export interface PasscodeLockTable {
  id: Generated<string>;
  accountId: string;
  nth: string;
  locks: number;
  lockedUntil: Date;
  byKind: HolderWay;
  byId: string | null;
  at: Date;
  endedAs: 'told' | 'taken-back' | null;
  endedAt: Date | null;
}
