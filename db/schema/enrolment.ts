import type { Generated, JSONColumnType } from 'kysely';
import type { Language } from '../people.ts';

/** How a holder, or an agent for them, came to us. */
export type HolderWay = 'web' | 'phone-line' | 'agent';

export interface EnrolmentTable {
  accountId: string;
  idempotencyKey: string;
  requestHash: string;
  /** Null: opened on the phone line, to be chosen on the web. */
  facilityId: string | null;
  number: string;
  byKind: HolderWay;
  byId: string | null;
  at: Date;
  sharedBy: 'passcode' | 'agent' | null;
}

export interface AccountNumberChangeTable {
  id: Generated<string>;
  accountId: string;
  number: string;
  kind: 'added' | 'removed';
  byKind: HolderWay;
  byId: string | null;
  at: Date;
}

export interface AccountProfileTable {
  accountId: string;
  version: number;
  firstName: string | null;
  lastName: string | null;
  addressLine1: string | null;
  addressLine2: string | null;
  city: string | null;
  region: string | null;
  postalCode: string | null;
  country: string | null;
  phone: string | null;
  language: Language;
  notices: 'text' | 'e-mail' | 'both' | 'none';
  mobile: string | null;
  email: string | null;
  changedAt: Date;
}

export interface AccountProfileChangeTable {
  accountId: string;
  version: number;
  fields: JSONColumnType<readonly string[]>;
  byKind: HolderWay;
  byId: string | null;
  at: Date;
}
