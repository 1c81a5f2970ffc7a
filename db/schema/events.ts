import type { Generated, JSONColumnType } from 'kysely';
import type { EventKind } from '../events.ts';
import type { Language } from '../people.ts';

export interface EventTable {
  id: Generated<string>;
  kind: EventKind;
  subject: string;
  at: Date;
  data: JSONColumnType<Record<string, unknown>>;
  /** Null: not published yet. */
  seq: string | null;
}

export interface WebhookTable {
  id: string;
  idempotencyKey: string | null;
  requestHash: string;
  url: string;
  kinds: JSONColumnType<readonly EventKind[]>;
  email: string;
  language: Language;
  madeAt: Date;
  sentSeq: string;
  failures: Generated<number>;
  failingSince: Date | null;
  lastFailure: string | null;
  dueAt: Date;
  leasedUntil: Date | null;
  endedAt: Date | null;
  endedAs: 'deleted' | 'failing' | null;
}
