import { depositByCard, type DepositDeps } from '../deposits/deposit-by-card.ts';
import { DepositRefusal } from '../deposits/deposit-refusal.ts';
import type { FundingDeps } from './ports.ts';

/** Deposits as AutoPay and TextPay make them: an account that was closed meanwhile is a decline, nothing was charged. */
export const depositWith =
  (deps: DepositDeps): FundingDeps['deposit'] =>
  (order) =>
    depositByCard(deps, order).catch((error: unknown) => {
      if (error instanceof DepositRefusal && error.code === 'account-closed')
        return { kind: 'declined', reason: error.code } as const;
      throw error;
    });
