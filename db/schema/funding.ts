import type { Generated } from 'kysely';
import type { Language } from '../people.ts';

export type FundingMode = 'autopay' | 'textpay' | 'both';
/** 'none': the holder stopped the texts and left no address. */
export type NoticeChannels = 'text' | 'e-mail' | 'both' | 'none';

export interface FundingPlanTable {
  accountId: string;
  mode: FundingMode;
  amountCents: number;
  thresholdCents: Generated<number>;
  mobile: string | null;
  email: string | null;
  notices: NoticeChannels;
  language: Language;
  agreementVersion: string;
  agreedAt: Date;
  armed: Generated<boolean>;
  declines: Generated<number>;
  suspendedAt: Date | null;
  enrolledAt: Date;
  endedAt: Date | null;
}

export interface FundingChangeTable {
  id: Generated<string>;
  accountId: string;
  kind: 'enrolled' | 'changed' | 'suspended' | 'resumed' | 'ended';
  mode: FundingMode;
  amountCents: number;
  mobile: string | null;
  email: string | null;
  notices: NoticeChannels;
  agreementVersion: string;
  byKind: 'web' | 'phone-line' | 'agent' | 'text' | 'closing' | 'house';
  byId: string | null;
  at: Date;
}

export interface LowBalanceTable {
  id: Generated<string>;
  accountId: string;
  postingId: string | null;
  balanceCents: string;
  at: Date;
  state: Generated<'waiting' | 'charging' | 'charged' | 'declined' | 'asked' | 'dropped'>;
  reason: string | null;
  settledAt: Date | null;
}

export interface TextPayAlertTable {
  id: Generated<string>;
  lowBalanceId: string;
  accountId: string;
  mobile: string;
  cents: number;
  sentAt: Date;
  expiresAt: Date;
  state: Generated<'open' | 'paying' | 'paid' | 'declined'>;
  answeredBy: string | null;
  paidDepositId: string | null;
}

export interface FundingChargeTable {
  id: Generated<string>;
  accountId: string;
  lowBalanceId: string | null;
  textPayAlertId: string | null;
  cents: number;
  cardToken: string;
  cardBrand: string;
  cardLastFour: string;
  state: Generated<'charging' | 'captured' | 'declined'>;
  depositId: string | null;
  reason: string | null;
  startedAt: Date;
  endedAt: Date | null;
}

export interface FundingTextMonthTable {
  mobile: string;
  month: string;
  sent: number;
}
