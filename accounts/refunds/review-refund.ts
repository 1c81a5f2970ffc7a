import { failCardRefund, findCardRefund, lookAgain } from '#db/card-refunds.ts';
import type { Database } from '#db/connect.ts';
import { payByCheque, postRefundFailed } from './given-to-card.ts';
import { nextLook } from './next-look.ts';
import type { RefundDeps } from './ports.ts';
import { serveRefund, type RefundServed } from './serve-refund.ts';

export type RefundReviewed =
  | RefundServed
  /** 'stands': the gateway says still that it was refunded. */
  | { readonly kind: 'stands' }
  /** For a person: the gateway told that it failed, and knows of none; or an agent had found out that it was refunded. */
  | { readonly kind: 'unexplained'; readonly reason: 'absent' | 'decided-by-agent' };

/**
 * Looks at a refund again, because the gateway told that it failed, or because its day has come (next-look.ts). A bank may take a refund and give it back days later, because the card was
 * closed (docs.stripe.com/refunds#failed-refunds): what was posted is posted back, and the holder gets a cheque, as for any refund that the
 * bank does not take (decision 21). What was told is not believed: the gateway is asked. May run any number of times, in any number of
 * processes. Throws as serveRefund() does.
 */
export async function reviewRefund(
  db: Database,
  deps: Omit<RefundDeps, 'onStep'>,
  refundId: string,
): Promise<RefundReviewed> {
  // It may be open still.
  const served = await serveRefund(db, deps, refundId);
  if (served.kind !== 'served-before') return served;
  const seen = await findCardRefund(db, refundId);
  if (seen?.state !== 'refunded') return served;
  // Found out by an agent, perhaps under another id of the gateway's than ours leads to.
  if (seen.decided) {
    await lookAgain(db, seen, undefined);
    return { kind: 'unexplained', reason: 'decided-by-agent' };
  }
  const known = await deps.gateway.refundOutcomeOf(refundId, seen.gatewayRefundId);
  if (known.kind === 'unknown') return { kind: 'pending' };
  if (known.kind !== 'declined') {
    const now = deps.now();
    await lookAgain(db, seen, nextLook(seen.endedAt ?? now, now).lookAgainAt);
    return known.kind === 'absent' ? { kind: 'unexplained', reason: 'absent' } : { kind: 'stands' };
  }
  return db.transaction().execute(async (trx): Promise<RefundReviewed> => {
    const refund = await findCardRefund(trx, refundId, { lock: true });
    if (refund?.state !== 'refunded') return { kind: 'served-before' };
    const at = deps.now();
    const { id } = await postRefundFailed(trx, refund, at);
    await failCardRefund(trx, refundId, { declineReason: known.reason, failedPostingId: id, failedAt: at });
    await payByCheque(trx, deps, refund, 'house');
    return { kind: 'by-cheque', reason: known.reason };
  });
}
