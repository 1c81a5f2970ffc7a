import type { Generated, JSONColumnType } from 'kysely';
import type { CallingHours } from '../facilities.ts';
import type { Language } from '../people.ts';

export interface FacilityTable {
  id: string;
  name: string;
  agency: string;
  timeZone: string;
  defaultLanguage: Language;
  callingHours: JSONColumnType<CallingHours>;
  talkLimitSeconds: number;
  acceptKey: string;
  refuseKey: string;
  blockKey: string;
  languageKey: string;
  attemptsPerPersonPerHour: number;
  attemptsPerNumberPerDay: number;
  recordNames: 'approved-by-default' | 'reviewed';
  active: Generated<boolean>;
  /** As USPS abbreviates it. */
  state: string | null;
  /** One to eight digits. */
  number: string | null;
}

export interface StationTable {
  id: string;
  facilityId: string;
  name: string;
  active: Generated<boolean>;
}

export interface TrunkTable {
  /** inet, without a mask. */
  address: string;
  port: number | null;
  stationId: string;
}

export interface CredentialTable {
  username: string;
  realm: string;
  ha1: string;
  stationId: string | null;
  number: string | null;
  agentId: string | null;
  staffSessionId: string | null;
}

export interface RegistrationTable {
  username: string;
  number: string | null;
  contact: string;
  sourceAddress: string;
  sourcePort: number;
  registeredAt: Generated<Date>;
  expiresAt: Date;
  sipCallId: string | null;
  cseq: number | null;
}
