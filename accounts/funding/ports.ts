import type { Database } from '#db/connect.ts';
import type { FundingNotice } from './notices.ts';

/** A card as it is kept: the gateway's token and what the holder knows it by. */
export interface SavedCard {
  readonly token: string;
  readonly brand: string;
  readonly lastFour: string;
}

/** A deposit from a saved card; made once for each key. */
export interface CardDeposit {
  readonly key: string;
  readonly accountId: string;
  readonly cents: number;
  readonly channel: 'autopay' | 'textpay';
  readonly card: SavedCard;
}

/** 'pending': the gateway has not said; the same order again asks it, and never charges twice. */
export type DepositOutcome =
  | {
      readonly kind: 'captured';
      readonly reference: string;
      readonly balanceCents: number;
      readonly depositId: string;
      /** The account was closed meanwhile: the money goes back, and its receipt says so (accounts/receipts/). */
      readonly afterClosing?: boolean;
    }
  /** Without a deposit: it was refused before any was made. */
  | { readonly kind: 'declined'; readonly reason: string; readonly depositId?: string }
  | { readonly kind: 'pending'; readonly depositId: string };

export type CardOnFile =
  { readonly kind: 'card'; readonly card: SavedCard } | { readonly kind: 'none' } | { readonly kind: 'expired' };

/** Each point at which a process may die; whatever was done before it stays done, and the rest is done again. */
export type FundingStep = 'look' | 'begun' | 'deposited' | 'settled';

/** What AutoPay and TextPay need of the other rooms. */
export interface FundingDeps {
  readonly now: () => Date;
  readonly deposit: (order: CardDeposit) => Promise<DepositOutcome>;
  /** The saved card of an account, if it is in date at `at`. */
  readonly cardOf: (db: Database, accountId: string, at: Date) => Promise<CardOnFile>;
  /** Writes a notice down to be sent, in the transaction of its cause. One whose key was told before is not told again. */
  readonly notify: (trx: Database, notice: FundingNotice) => Promise<void>;
  /** Told before each step; throwing here is dying there. */
  readonly onStep?: (step: FundingStep, id: string) => void;
}
