import type { RefundDeps } from '#accounts/refunds/ports.ts';
import { reviewRefund as review, type RefundReviewed } from '#accounts/refunds/review-refund.ts';
import { serveRefund as serve, type RefundServed } from '#accounts/refunds/serve-refund.ts';
import { openCardRefunds, REFUND, REFUND_FAILED, refundsToLookAt } from '#db/card-refunds.ts';
import type { Database } from '#db/connect.ts';
import { addToOutbox } from '#db/outbox.ts';
import type { Log } from './steps.ts';
import { Later } from './topic.ts';

/** The gateway has not said: the queue tries again after its wait. */
export class RefundPending extends Later {
  override readonly name = 'RefundPending';

  constructor() {
    super('The gateway has not said what became of a refund; it is asked again.');
  }
}

export interface RefundBench {
  readonly db: Database;
  readonly log: Log;
  readonly deps: RefundDeps;
}

/** Work of the topic 'refund'. Throws RefundPending, GatewayFault, and what may pass; the same work may be given again. */
export async function serveRefund(
  { db, deps, log }: RefundBench,
  work: { readonly refundId: string },
): Promise<RefundServed['kind']> {
  return ended(log, work, await serve(db, deps, work.refundId));
}

/** Work of the topic 'refund-failed': the gateway told that it failed. Throws as serveRefund() does. */
export async function reviewRefund(
  { db, deps, log }: RefundBench,
  work: { readonly refundId: string },
): Promise<RefundReviewed['kind']> {
  return ended(log, work, await review(db, deps, work.refundId));
}

function ended<R extends RefundReviewed>(log: Log, { refundId: refund }: { refundId: string }, end: R): R['kind'] {
  if (end.kind === 'pending') throw new RefundPending();
  const facts = { refund, ...('reason' in end && { reason: end.reason }) };
  // What our books and the gateway's disagree about is for a person to look at.
  if (end.kind === 'in-question' || end.kind === 'unexplained')
    log.error(facts, `refund: ${end.kind.replace('-', ' ')}`);
  else log.info(facts, `refund: ${end.kind}`);
  return end.kind;
}

/** Gives refunds out again that were made before `before` and have not ended: their job was lost or ran out of attempts. Returns how many. */
export async function sweepRefunds(db: Database, before: Date): Promise<number> {
  const open = await openCardRefunds(db, before);
  for (const refundId of open) await addToOutbox(db, REFUND, { refundId });
  return open.length;
}

/** Gives out the refunds that are to be looked at again at `at`: told to have failed and not yet found out, or their day has come. Returns how many. */
export async function sweepCarriedOut(db: Database, at: Date): Promise<number> {
  const due = await refundsToLookAt(db, at);
  for (const refundId of due) await addToOutbox(db, REFUND_FAILED, { refundId });
  return due.length;
}
