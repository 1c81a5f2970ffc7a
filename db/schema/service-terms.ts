import type { Language } from '../people.ts';

export interface ServiceTermsTable {
  version: string;
  /** date, as text. */
  inForceFrom: string;
}

export interface TermsConsentTable {
  accountId: string;
  version: string;
  callId: string;
  language: Language;
  at: Date;
}
