import type { Generated, JSONColumnType } from 'kysely';
import type { Language } from '../people.ts';

export type AgentState = 'away' | 'ready' | 'ringing' | 'talking' | 'wrap-up';
export type EntryState = 'waiting' | 'ringing' | 'talking' | 'ended';
/** Who hears a supervisor: nobody, the agent, or both. */
export type ListeningMode = 'listen' | 'whisper' | 'join';
/** Why caller and agent do not hear each other in their talk: the caller waits with music, or types a card. */
export type Aside = 'held' | 'paying';
export type MessageState = 'begun' | 'dropped' | 'new' | 'taken' | 'done';
export type EntryOutcome = 'talked' | 'hung-up' | 'lost' | 'not-reached';

export interface AgentTable {
  id: string;
  name: string;
  extension: string;
  supervisor: boolean;
  active: boolean;
  state: Generated<AgentState>;
  since: Date;
  until: Date | null;
  backTo: Generated<'ready' | 'away'>;
}

export interface AgentLanguageTable {
  agentId: string;
  language: Language;
}

export interface DeskHoursTable {
  inForceFrom: string;
  /** ISO 8601: 1 is Monday. */
  weekday: number;
  opens: string;
  closes: string;
}

export interface DeskHolidayTable {
  day: string;
  name: string;
  opens: string | null;
  closes: string | null;
}

export interface DeskEntryTable {
  id: string;
  callId: string;
  language: Language;
  number: string | null;
  accountId: string | null;
  enteredAt: Date;
  way: Generated<'line' | 'call-back'>;
  state: Generated<EntryState>;
  agentId: string | null;
  node: string;
  seenAt: Date;
  missedAt: Date | null;
  callBackNumber: string | null;
  tries: Generated<number>;
  notBefore: Date | null;
  claimed: Generated<boolean>;
  talkingAt: Date | null;
  endedAt: Date | null;
  outcome: EntryOutcome | null;
  code: string | null;
  codedAt: Date | null;
  fromEntryId: string | null;
  note: string | null;
  aside: Aside | null;
}

export interface DeskEventTable {
  id: Generated<string>;
  at: Date;
  kind: string;
  entryId: string | null;
  agentId: string | null;
  messageId: string | null;
  data: JSONColumnType<Record<string, unknown>>;
}

export interface DeskTermsTable {
  inForceFrom: string;
  wrapUpSeconds: number;
  mostWaiting: number;
  callBackTries: number;
  callBackAgainSeconds: number;
  callBackFrom: string;
  callBackUntil: string;
  messageSeconds: number;
  messageKeepDays: number;
}

export interface DeskCodeTable {
  code: string;
  name: string;
  active: Generated<boolean>;
}

export interface DeskLegTable {
  id: string;
  entryId: string;
  side: 'agent' | 'family' | 'supervisor';
  node: string;
  sipCallId: string;
  localTag: string;
  dialogId: string;
  endpointUuid: string;
  transactionId: string | null;
  remoteTag: string | null;
  remoteTarget: string | null;
  plannedAt: Date;
  endedAt: Date | null;
}

export interface DeskOrderTable {
  id: Generated<string>;
  entryId: string;
  kind: 'payment' | 'listen' | 'hold' | 'resume' | 'transfer';
  agentId: string;
  cents: string | null;
  mode: ListeningMode | null;
  toAgentId: string | null;
  note: string | null;
  at: Date;
  takenAt: Date | null;
}

export interface DeskListeningTable {
  id: string;
  entryId: string;
  supervisorId: string;
  node: string;
  mode: ListeningMode;
  since: Date;
  until: Date | null;
}

export interface DeskMessageTable {
  id: string;
  callId: string;
  language: Language;
  callingNumber: string | null;
  accountId: string | null;
  begunAt: Date;
  keepDays: number;
  state: Generated<MessageState>;
  number: string | null;
  recordedAt: Date | null;
  keepUntil: Date | null;
  seconds: number | null;
  sha256: string | null;
  bytes: string | null;
  spoolPath: string | null;
  storage: 'folder' | 's3' | null;
  location: string | null;
  storedAt: Date | null;
  agentId: string | null;
  node: string | null;
  takenAt: Date | null;
  doneAt: Date | null;
  deletedAt: Date | null;
}
