import { endCardRefund, findCardRefund, takeCardRefund, type CardRefund } from '#db/card-refunds.ts';
import type { Database } from '#db/connect.ts';
import type { RefundOutcome } from '../cards/gateway.ts';
import { payByCheque, postRefunded, tellRefunded } from './given-to-card.ts';
import { nextLook } from './next-look.ts';
import type { RefundDeps } from './ports.ts';

/**
 * How long after it was first asked the gateway may be ordered to refund again, when it says that it knows of none. Its key stops two refunds
 * for a day (docs.stripe.com/api/idempotent_requests), its list tells of the last thirty (stripe-gateway.ts); beyond, 'absent' proves nothing.
 * Milliseconds.
 */
export const ORDER_AGAIN_MS = 14 * 24 * 3_600_000;

export type RefundServed =
  | { readonly kind: 'refunded' | 'served-before' | 'pending' }
  /** 'by-cheque': the bank did not take it. 'in-question': the gateway's books are not ours; an agent decides. */
  | { readonly kind: 'by-cheque' | 'in-question'; readonly reason: string };

/**
 * Gives money back to a card, once: the refund's id is the gateway's key, and one that may have been asked before is asked about first. May run
 * any number of times, in any number of processes. 'pending': the gateway has not said; to be given again. Throws GatewayFault, after which the
 * refund is open still; DatabaseUnavailable. One that the gateway has not owned up to for two weeks is in question: it is not ordered again.
 */
export async function serveRefund(db: Database, deps: RefundDeps, refundId: string): Promise<RefundServed> {
  const taken = await take(db, deps, refundId);
  if (!taken) return { kind: 'served-before' };
  deps.onStep?.('taken', refundId);
  const outcome = await ask(deps, taken);
  deps.onStep?.('asked', refundId);
  if (outcome.kind === 'unknown') return { kind: 'pending' };
  const served = await end(db, deps, refundId, outcome);
  deps.onStep?.('ended', refundId);
  return served;
}

/** On disk before the gateway hears of it: whoever finds it so asks first. */
async function take(db: Database, { now }: RefundDeps, id: string): Promise<CardRefund | undefined> {
  return db.transaction().execute(async (trx) => {
    const refund = await findCardRefund(trx, id, { lock: true });
    if (!refund) throw new Error('There is no such refund.');
    if (refund.state !== 'due' && refund.state !== 'asking') return undefined;
    await takeCardRefund(trx, id, now());
    return refund;
  });
}

type Asked = RefundOutcome | { readonly kind: 'not-known-in-time' };

async function ask({ gateway, now }: RefundDeps, refund: CardRefund): Promise<Asked> {
  const { id, askedAt, gatewayId, cents } = refund;
  if (askedAt) {
    const known = await gateway.refundOutcomeOf(id);
    if (known.kind === 'refunded' || known.kind === 'declined') return known;
    if (now().getTime() - askedAt.getTime() > ORDER_AGAIN_MS) return { kind: 'not-known-in-time' };
    if (known.kind === 'unknown') return known;
  }
  return gateway.refund({ key: id, gatewayId, cents });
}

type Known = Exclude<Asked, { kind: 'unknown' }>;

async function end(db: Database, deps: RefundDeps, id: string, outcome: Known): Promise<RefundServed> {
  return db.transaction().execute(async (trx) => {
    const refund = await findCardRefund(trx, id, { lock: true });
    if (!refund || (refund.state !== 'due' && refund.state !== 'asking')) return { kind: 'served-before' };
    if (outcome.kind === 'refunded') {
      const at = deps.now();
      const { id: refundPostingId, reference } = await postRefunded(trx, refund, 'card-refund', at);
      await endCardRefund(
        trx,
        id,
        { state: 'refunded', gatewayRefundId: outcome.refundId, refundPostingId, ...nextLook(at, at) },
        at,
      );
      await tellRefunded(trx, deps, refund, reference);
      return { kind: 'refunded' };
    }
    const reason = outcome.kind === 'declined' ? outcome.reason : outcome.kind;
    // Only the bank's own no is paid by cheque: less left of the charge than we believe may be money that was taken back already.
    const bySide = reason === 'declined' ? 'declined' : 'in-question';
    await endCardRefund(trx, id, { state: bySide, declineReason: reason }, deps.now());
    if (bySide === 'in-question') return { kind: 'in-question', reason };
    await payByCheque(trx, deps, refund, 'house');
    return { kind: 'by-cheque', reason };
  });
}
