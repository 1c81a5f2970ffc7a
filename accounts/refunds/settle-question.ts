import { endCardRefund, findCardRefund, hasGatewayRefund, type CardRefund } from '#db/card-refunds.ts';
import type { Database } from '#db/connect.ts';
import { inTransaction } from '#db/in-transaction.ts';
import { payByCheque, postRefunded, tellRefunded } from './given-to-card.ts';
import type { HolderDeps } from './ports.ts';

/**
 * What an agent has found out with the gateway.
 *   refunded: it did take place, under this id of the gateway's
 *   charged-back: the bank took the money from us by itself; nothing is owed any more
 *   not-refunded: it did not take place, and is owed: a cheque
 */
export type Finding =
  | { readonly kind: 'refunded'; readonly gatewayRefundId: string }
  | { readonly kind: 'charged-back' }
  | { readonly kind: 'not-refunded' };

export interface QuestionSettled {
  readonly refundId: string;
  readonly agentId: string;
  /** How it was found out. */
  readonly reason: string;
  readonly found: Finding;
}

export type Settlement =
  | { readonly kind: 'settled'; readonly refund: CardRefund }
  /** 'not-in-question': it is something else by now. 'refund-id-taken': that refund of the gateway's is another one of ours. */
  | {
      readonly kind: 'refused';
      readonly code: 'reason-missing' | 'unknown-refund' | 'not-in-question' | 'refund-id-taken';
    };

const refused = (code: Extract<Settlement, { kind: 'refused' }>['code']): Settlement => ({ kind: 'refused', code });

/** An agent settles a refund in question, with a reason; once. On disk when this returns. Throws DatabaseUnavailable; may be tried again. */
export async function settleQuestion(db: Database, deps: HolderDeps, order: QuestionSettled): Promise<Settlement> {
  const { refundId, agentId, reason, found } = order;
  if (reason.trim() === '' || agentId === '') return refused('reason-missing');
  return inTransaction(db, async (trx): Promise<Settlement> => {
    const refund = await findCardRefund(trx, refundId, { lock: true });
    if (!refund) return refused('unknown-refund');
    if (refund.state !== 'in-question') return refused('not-in-question');
    const at = deps.now();
    const decided = { decidedById: agentId, decisionReason: reason };
    if (found.kind === 'not-refunded') {
      const declineReason = refund.declineReason ?? 'declined';
      await endCardRefund(trx, refundId, { state: 'declined', declineReason, ...decided }, at);
      await payByCheque(trx, deps, refund, agentId);
    } else if (found.kind === 'charged-back') {
      const { id } = await postRefunded(trx, refund, 'card-charged-back', at);
      await endCardRefund(trx, refundId, { state: 'charged-back', refundPostingId: id, ...decided }, at);
    } else {
      const { gatewayRefundId } = found;
      if (gatewayRefundId === '' || (await hasGatewayRefund(trx, gatewayRefundId))) return refused('refund-id-taken');
      const { id, reference } = await postRefunded(trx, refund, 'card-refund', at);
      await endCardRefund(trx, refundId, { state: 'refunded', gatewayRefundId, refundPostingId: id, ...decided }, at);
      await tellRefunded(trx, deps, refund, reference);
    }
    return { kind: 'settled', refund: (await findCardRefund(trx, refundId)) ?? refund };
  });
}
