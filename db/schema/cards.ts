import type { Generated } from 'kysely';

export interface SavedCardTable {
  id: Generated<string>;
  accountId: string;
  token: string;
  brand: 'visa' | 'mastercard';
  lastFour: string;
  expiryMonth: number;
  expiryYear: number;
  funding: 'credit' | 'debit' | 'prepaid' | 'unknown';
  agreementVersion: string;
  agreedAt: Date;
  channel: 'web' | 'phone-line' | 'agent';
  savedAt: Date;
  removedAt: Date | null;
}
