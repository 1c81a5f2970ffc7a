import type { Generated, JSONColumnType } from 'kysely';
import type { Language } from '../people.ts';

export type Role = 'agent' | 'supervisor' | 'investigator' | 'facility-staff' | 'administrator';
export type StaffSessionEnd =
  'signed-out' | 'replaced' | 'idle' | 'expired' | 'password-changed' | 'staff-changed' | 'revoked';

export interface StaffTable {
  id: string;
  username: string;
  usernameKey: string;
  name: string;
  role: Role;
  language: Language;
  agentId: string | null;
  passwordHash: string;
  passwordSetAt: Date;
  passwordDue: boolean;
  totp: string | null;
  totpPending: string | null;
  totpStep: string | null;
  addedAt: Date;
  endedAt: Date | null;
}

export interface StaffFacilityTable {
  staffId: string;
  facilityId: string;
}

export interface StaffSessionTable {
  id: string;
  staffId: string;
  digest: string;
  device: string | null;
  startedAt: Date;
  usedAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  endedAs: StaffSessionEnd | null;
}

export interface StaffRecoveryCodeTable {
  staffId: string;
  digest: string;
  usedAt: Date | null;
}

export interface StaffAuditTable {
  id: Generated<string>;
  at: Date;
  byKind: 'staff' | 'command' | 'system';
  staffId: string | null;
  sessionId: string | null;
  act: string;
  resource: string;
  resourceId: string | null;
  reason: string | null;
  before: JSONColumnType<Record<string, unknown>> | null;
  after: JSONColumnType<Record<string, unknown>> | null;
}

export interface ServiceKeyTable {
  id: string;
  name: string;
  digest: string;
  acts: JSONColumnType<readonly string[]>;
  madeAt: Date;
  endsAt: Date;
  /** Taken back. */
  endedAt: Date | null;
  /** When it was last told that it ends soon. */
  toldAt: Date | null;
}
