import type { Generated, JSONColumnType } from 'kysely';
import type { Language } from '../people.ts';

export type DocumentSide = 'front' | 'back' | 'photo';
export type ReviewState = 'open' | 'in-review' | 'approved' | 'rejected';
export type RejectionReason = 'not-legible' | 'not-alone' | 'name-differs' | 'expired' | 'not-an-id' | 'other';

export interface DocumentConsentTable {
  identityId: string;
  version: string;
  language: Language;
  wording: string;
  at: Date;
  withdrawnAt: Date | null;
}

export interface IdentityReviewTable {
  identityId: string;
  state: ReviewState;
  version: Generated<number>;
  submittedAt: Date | null;
  decidedAt: Date | null;
  decidedBy: string | null;
  reasons: JSONColumnType<readonly RejectionReason[]> | null;
  note: string | null;
}

export interface IdentityDocumentTable {
  id: string;
  identityId: string | null;
  side: DocumentSide;
  storage: 'folder' | 's3';
  name: string;
  location: string;
  keyId: string;
  sealedKey: string;
  sha256: string;
  bytes: number;
  width: number;
  height: number;
  intendedAt: Date;
  storedAt: Date | null;
  endedAt: Date | null;
}

export interface VerificationImageTable {
  id: string;
  madeAt: Date;
  expiresAt: Date;
  tries: Generated<number>;
  usedAt: Date | null;
}
