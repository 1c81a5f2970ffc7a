import type { Generated, JSONColumnType } from 'kysely';
import type { Language } from '../people.ts';

export interface IdentityTable {
  id: string;
  email: string;
  emailKey: string;
  passwordHash: string;
  language: Language;
  firstName: string;
  lastName: string;
  addressLine1: string;
  addressLine2: string | null;
  city: string;
  region: string;
  postalCode: string;
  country: string;
  phone: string;
  passcodeHash: string | null;
  emailVerifiedAt: Date;
  passwordSetAt: Date;
  registeredAt: Date;
}

export interface IdentityQuestionTable {
  identityId: string;
  question: string;
  answerHash: string;
}

export type KeptQuestion = Pick<IdentityQuestionTable, 'question' | 'answerHash'>;
export type KeptContact = Pick<
  IdentityTable,
  | 'firstName'
  | 'lastName'
  | 'addressLine1'
  | 'addressLine2'
  | 'city'
  | 'region'
  | 'postalCode'
  | 'country'
  | 'phone'
  | 'passcodeHash'
>;

export interface SignUpTable {
  id: string;
  idempotencyKey: string | null;
  tokenDigest: string;
  email: string;
  emailKey: string;
  passwordHash: string;
  language: Language;
  questions: JSONColumnType<readonly KeptQuestion[]> | null;
  contact: JSONColumnType<KeptContact> | null;
  begunAt: Date;
  expiresAt: Date;
  submittedAt: Date | null;
}

export interface MailProofTable {
  id: string;
  seq: Generated<string>;
  purpose: 'registration' | 'password-reset';
  idempotencyKey: string | null;
  emailKey: string;
  signUpId: string | null;
  identityId: string | null;
  tokenDigest: string;
  codeDigest: string;
  codeTries: Generated<number>;
  answerTries: Generated<number>;
  grantDigest: string | null;
  writtenAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
}

export interface IdentitySessionTable {
  id: string;
  identityId: string;
  device: string | null;
  startedAt: Date;
  usedAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  endedAs: 'signed-out' | 'revoked' | 'replayed' | 'password-reset' | null;
  provenUntil: Date | null;
}

export interface RefreshTokenTable {
  digest: string;
  sessionId: string;
  expiresAt: Date;
  usedAt: Date | null;
}

export interface AccessTokenTable {
  digest: string;
  sessionId: string;
  expiresAt: Date;
}

export interface IdentityGuessTable {
  kind: 'password' | 'answers' | 'staff-password';
  subject: string;
  counted: Generated<string>;
  cleared: Generated<string>;
  refused: Generated<string>;
  locks: Generated<number>;
  lockedUntil: Date | null;
  guessedAt: Date;
}

export interface RateWindowTable {
  act: string;
  subject: string;
  openedAt: Date;
  closesAt: Date;
  counted: number;
}

export interface IdentityTermsTable {
  identityId: string;
  version: string;
  language: Language;
  at: Date;
}

export interface IdentityAccountTable {
  accountId: string;
  identityId: string;
  way: 'enrolled' | 'claimed';
  at: Date;
}

export interface NumberProofTable {
  id: string;
  identityId: string;
  number: string;
  codeDigest: string;
  tries: Generated<number>;
  writtenAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
}

export interface IdentityRemovalTable {
  identityId: string;
  accountIds: JSONColumnType<readonly string[]>;
  removedAt: Date;
  contacts: JSONColumnType<readonly string[]> | null;
}

export interface IdentityNumberTable {
  identityId: string;
  number: string;
  provenAt: Date;
}
