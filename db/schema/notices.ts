import type { Generated } from 'kysely';

export type NoticeState = 'waiting' | 'sending' | 'sent' | 'failed' | 'unknown';

export interface NoticeTable {
  id: Generated<string>;
  key: string;
  channel: 'text' | 'e-mail';
  accountId: string | null;
  recipient: string;
  subject: string | null;
  body: string;
  despiteOptOut: Generated<boolean>;
  confidential: Generated<boolean>;
  state: Generated<NoticeState>;
  attemptId: string | null;
  attempts: Generated<number>;
  doubtfulSince: Date | null;
  attemptedAt: Date | null;
  providerId: string | null;
  reason: string | null;
  proofId: Generated<string | null>;
  writtenAt: Date;
  endedAt: Date | null;
}

export interface TextOptOutTable {
  mobile: string;
  at: Date;
}

export interface InboundTextTable {
  id: string;
  mobile: string;
  kind: 'stop' | 'start' | 'help' | 'pay' | 'unknown';
  at: Date;
}
