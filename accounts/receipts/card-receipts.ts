import type { DepositChannel } from '#db/deposits.ts';
import type { DepositDeps } from '../deposits/deposit-by-card.ts';
import { dueDays } from '../refunds/due-days.ts';
import { writeReceipt, type ReceiptDeps } from './receipt.ts';

/** Whether a deposit by this way is told by a receipt. AutoPay and TextPay confirm their own, in words of their own. */
const hasReceipt: Readonly<Record<DepositChannel, boolean>> = {
  web: true,
  'phone-line': true,
  agent: true,
  autopay: false,
  textpay: false,
};

/**
 * A receipt for each card deposit that is captured, whoever finds out that it was (the order itself, the same order again, the resolver, a
 * webhook): written where the deposit is settled, which happens once. One that was captured after closing is told as such, whichever way it
 * came.
 */
export const cardReceipts =
  (deps: ReceiptDeps): NonNullable<DepositDeps['onSettled']> =>
  async (trx, deposit, result) => {
    if (result.kind !== 'captured') return;
    const { id: depositId, accountId, cents, channel, card } = deposit;
    const { reference, balanceCents, afterClosing } = result;
    if (!afterClosing && !hasReceipt[channel]) return;
    const at = deposit.settledAt ?? deposit.intendedAt;
    const by = { kind: 'card', brand: card.brand, lastFour: card.lastFour } as const;
    const news = afterClosing
      ? ({ kind: 'deposited-after-closing', cents, reference, by, due: (await dueDays(trx, at)).card, at } as const)
      : ({ kind: 'deposited', cents, balanceCents, reference, by, at } as const);
    await writeReceipt(trx, deps, { accountId, depositId, news });
  };
