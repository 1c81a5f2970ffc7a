import type { RefundDeps } from '#accounts/refunds/ports.ts';
import { serveRefund as serve, type RefundServed } from '#accounts/refunds/serve-refund.ts';
import { openCardRefunds, REFUND } from '#db/card-refunds.ts';
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
  const served = await serve(db, deps, work.refundId);
  if (served.kind === 'pending') throw new RefundPending();
  const facts = { refund: work.refundId, ...('reason' in served && { reason: served.reason }) };
  // What our books and the gateway's disagree about is for a person to look at.
  if (served.kind === 'in-question') log.error(facts, 'refund: in question');
  else log.info(facts, `refund: ${served.kind}`);
  return served.kind;
}

/** Gives refunds out again that were made before `before` and have not ended: their job was lost or ran out of attempts. Returns how many. */
export async function sweepRefunds(db: Database, before: Date): Promise<number> {
  const open = await openCardRefunds(db, before);
  for (const refundId of open) await addToOutbox(db, REFUND, { refundId });
  return open.length;
}
