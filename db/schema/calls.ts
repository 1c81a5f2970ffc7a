import type { Generated, JSONColumnType } from 'kysely';
import type { EndedBy, Side } from '../calls.ts';
import type { Language } from '../people.ts';

export interface CallTable {
  id: string;
  facilityId: string;
  stationId: string | null;
  node: string;
  personId: string | null;
  number: string | null;
  dialledAt: Date | null;
  offHookAt: Date;
  policyAt: Date | null;
  ringingAt: Date | null;
  greetingAt: Date | null;
  talkingAt: Date | null;
  doneAt: Date | null;
  language: Language | null;
  acceptedKey: string | null;
  acceptedAt: Date | null;
  disposition: string | null;
  cause: string | null;
  endedBy: EndedBy | null;
  sipStatus: number | null;
  q850: number | null;
  closedAt: Date | null;
}

export interface LegTable {
  callId: string;
  sipCallId: string;
  side: Side;
  localTag: string | null;
  remoteTag: string | null;
  dialogId: string | null;
  remoteTarget: string | null;
  endpointUuid: string | null;
  transactionId: string | null;
  savedAt: Generated<Date>;
}

export interface CallEventTable {
  callId: string;
  seq: number;
  at: Date;
  kind: string;
  data: JSONColumnType<Record<string, unknown>>;
}
