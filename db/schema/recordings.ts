import type { ColumnType, Generated, JSONColumnType } from 'kysely';

export interface RecordingTable {
  id: string;
  callId: string;
  spoolPath: string;
  channels: number;
  state: Generated<'intended' | 'started' | 'finished' | 'stored' | 'absent'>;
  intendedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  sha256: string | null;
  /** int8, which the driver hands out as text. */
  bytes: ColumnType<string | null, number | null, number | null>;
  seconds: number | null;
  repaired: boolean | null;
  storage: 'folder' | 's3' | null;
  location: string | null;
  verifiedAt: Date | null;
}

export interface OutboxTable {
  id: Generated<string>;
  topic: string;
  payload: JSONColumnType<Record<string, unknown>>;
  createdAt: Generated<Date>;
  handedAt: Date | null;
}
