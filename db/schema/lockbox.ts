import type { Generated, JSONColumnType } from 'kysely';
import type { LockboxLineState } from '../lockbox.ts';

export interface LockboxFileTable {
  id: Generated<string>;
  /** Null only while it is being read. */
  sha256: string | null;
  lockbox: string;
  /** ISO day. */
  day: string;
  file: number;
  importedBy: string;
  importedAt: Date;
}

export interface LockboxLineTable {
  fileId: string;
  line: number;
  cents: string;
  state: LockboxLineState;
  itemKey: string | null;
  item: JSONColumnType<Record<string, unknown>> | null;
  reason: string | null;
  paymentId: string | null;
  decidedById: string | null;
  decisionReason: string | null;
  decidedAt: Date | null;
}
