import type { Database } from '#db/connect.ts';
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

/** Who paid on the telephone and did not hear that nothing was charged. `paymentId`: of the deposit, if there was one. */
export interface Untold {
  readonly accountId: string;
  readonly paymentId: string;
  readonly cents: number;
  readonly at: Date;
  /** As textableCaller() takes it. */
  readonly callingNumber?: string | undefined;
}

/**
 * Tells that nothing was charged, once for each payment. Not under the key of its receipt: money that the gateway took after all, when it had
 * been given up, has one.
 */
export const tellNotCharged = (
  trx: Database,
  deps: ReceiptDeps,
  { accountId, paymentId, cents, at, callingNumber }: Untold,
): Promise<void> =>
  writeReceipt(trx, deps, {
    accountId,
    callingNumber,
    depositId: `${paymentId} not charged`,
    news: { kind: 'not-charged', cents, at },
  });

/**
 * A receipt for each card deposit that is captured, whoever finds out that it was (the order itself, the same order again, the resolver, a
 * webhook): written where the deposit is settled, which happens once. One that was captured after closing is told as such, whichever way it
 * came. One by telephone that was not charged is told as well when it is found out later: the payer was told to wait for news, or had hung up.
 */
export const cardReceipts =
  (deps: ReceiptDeps): NonNullable<DepositDeps['onSettled']> =>
  async (trx, deposit, result) => {
    const { id: depositId, accountId, cents, channel, card, callingNumber } = deposit;
    if (result.kind === 'declined' && channel === 'phone-line')
      return tellNotCharged(trx, deps, {
        accountId,
        paymentId: depositId,
        cents,
        at: deposit.intendedAt,
        callingNumber,
      });
    if (result.kind !== 'captured') return;
    const { reference, balanceCents, afterClosing } = result;
    if (!afterClosing && !hasReceipt[channel]) return;
    const at = deposit.settledAt ?? deposit.intendedAt;
    const by = { kind: 'card', brand: card.brand, lastFour: card.lastFour } as const;
    const news = afterClosing
      ? ({ kind: 'deposited-after-closing', cents, reference, by, due: (await dueDays(trx, at)).card, at } as const)
      : ({ kind: 'deposited', cents, balanceCents, reference, by, at } as const);
    await writeReceipt(trx, deps, { accountId, depositId, news, callingNumber });
  };
