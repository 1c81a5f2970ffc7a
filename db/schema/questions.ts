import type { Generated } from 'kysely';
import type { Language } from '../people.ts';

export type QuestionSubject =
  'payments' | 'automatic-payments' | 'refunds' | 'blocks' | 'calls' | 'account' | 'privacy' | 'technical' | 'other';
export type QuestionState = 'open' | 'taken' | 'answered' | 'closed';
export type QuestionClosing = 'spam' | 'duplicate' | 'answered-otherwise' | 'not-for-us';
export type QuestionEventKind = 'taken' | 'put-back' | 'answered' | 'closed';

export interface QuestionTable {
  id: Generated<string>;
  reference: Generated<string>;
  idempotencyKey: string;
  requestHash: string;
  name: string;
  email: string;
  subject: QuestionSubject;
  body: string;
  language: Language;
  accountNumber: string | null;
  number: string | null;
  askedAt: Date;
  state: Generated<QuestionState>;
  agentId: string | null;
  answer: string | null;
  closedAs: QuestionClosing | null;
}

export interface QuestionEventTable {
  id: Generated<string>;
  questionId: string;
  idempotencyKey: string;
  requestHash: string;
  kind: QuestionEventKind;
  agentId: string;
  reason: string | null;
  at: Date;
}

export interface QuestionDayTable {
  /** date, as text. */
  day: string;
  kind: 'e-mail' | 'source';
  who: string;
  questions: number;
}
