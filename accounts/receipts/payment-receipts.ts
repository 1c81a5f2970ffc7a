import type { RailDeps } from '../rails/ports.ts';
import { writeReceipt, type ReceiptDeps } from './receipt.ts';

/** A receipt for each payment by mail, bank or money transfer (guide rows 33, 35, 36) as it reaches an account, and news of one that goes back. */
export const paymentReceipts =
  (deps: ReceiptDeps, now: () => Date): NonNullable<RailDeps['onNews']> =>
  async (trx, { accountId, payment, reference, ...what }) => {
    const about = { cents: payment.cents, reference, by: { kind: payment.kind }, at: now() };
    if (what.kind === 'paid-in') {
      const news = { kind: 'deposited', ...about, balanceCents: what.balanceCents } as const;
      return writeReceipt(trx, deps, { accountId, depositId: `payment ${payment.id}`, news });
    }
    const { takenCents, owedCents } = what;
    const news = { kind: 'payment-returned', ...about, takenCents, owedCents } as const;
    return writeReceipt(trx, deps, { accountId, depositId: `payment ${payment.id} returned`, news });
  };
