import type { Generated } from 'kysely';
import type { Language } from '../people.ts';

export interface PersonTable {
  id: string;
  facilityId: string;
  name: string;
  language: Language;
  /** HMAC-SHA256 of facility and PIN under the pepper, lower-case hex (see people.ts). */
  pinDigest: string;
  active: Generated<boolean>;
}

export interface SpokenNameTable {
  id: Generated<string>;
  personId: string;
  path: string;
  sha256: string;
  seconds: number;
  approved: boolean;
  recordedAt: Date;
}
