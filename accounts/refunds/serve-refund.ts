import { endCardRefund, findCardRefund, takeCardRefund, type CardRefund } from '#db/card-refunds.ts';
import { addCheque } from '#db/cheques.ts';
import type { Database } from '#db/connect.ts';
import { post } from '#db/ledger.ts';
import type { RefundOutcome } from '../cards/gateway.ts';
import { dueDays } from './due-days.ts';
import { tellHolder } from './notices.ts';
import type { RefundDeps } from './ports.ts';

export type RefundServed =
  | { readonly kind: 'refunded' | 'served-before' | 'pending' }
  /** 'by-cheque': the bank did not take it. 'in-question': the gateway's books are not ours; an agent decides. */
  | { readonly kind: 'by-cheque' | 'in-question'; readonly reason: string };

/**
 * Gives money back to a card, once: the refund's id is the gateway's key, and one that may have been asked before is asked about first. May run
 * any number of times, in any number of processes. 'pending': the gateway has not said; to be given again. Throws GatewayFault, after which the
 * refund is open still; DatabaseUnavailable.
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

async function ask({ gateway }: RefundDeps, { id, state, gatewayId, cents }: CardRefund): Promise<RefundOutcome> {
  if (state === 'asking') {
    const known = await gateway.refundOutcomeOf(id);
    if (known.kind !== 'absent') return known;
  }
  return gateway.refund({ key: id, gatewayId, cents });
}

type Known = Exclude<RefundOutcome, { kind: 'unknown' }>;

async function end(db: Database, deps: RefundDeps, id: string, outcome: Known): Promise<RefundServed> {
  return db.transaction().execute(async (trx) => {
    const refund = await findCardRefund(trx, id, { lock: true });
    if (!refund || (refund.state !== 'due' && refund.state !== 'asking')) return { kind: 'served-before' };
    if (outcome.kind === 'refunded') {
      await refunded(trx, deps, refund, outcome.refundId);
      return { kind: 'refunded' };
    }
    const { reason } = outcome;
    // Only the bank's own no is paid by cheque: less left of the charge than we believe may be money that was taken back already.
    const bySide = reason === 'declined' ? 'declined' : 'in-question';
    await endCardRefund(trx, id, { state: bySide, declineReason: reason }, deps.now());
    if (bySide === 'in-question') return { kind: 'in-question', reason };
    await payByCheque(trx, deps, refund, 'house');
    return { kind: 'by-cheque', reason };
  });
}

async function refunded(trx: Database, deps: RefundDeps, refund: CardRefund, gatewayRefundId: string): Promise<void> {
  const { id, accountId, depositId, cents, card } = refund;
  const at = deps.now();
  const posting = await post(trx, {
    key: `card-refund ${id}`,
    kind: 'card-refund',
    at,
    entries: [
      { ledger: 'refunds-payable', cents: -cents },
      { ledger: 'card-clearing', cents },
    ],
    memo: { accountId, depositId, refundId: id, brand: card.brand, lastFour: card.lastFour },
  });
  await endCardRefund(trx, id, { state: 'refunded', gatewayRefundId, refundPostingId: posting.id }, at);
  const news = { kind: 'card-refunded', cents, lastFour: card.lastFour, reference: posting.reference } as const;
  await tellHolder(trx, deps, { key: `card-refund ${id}`, accountId, news });
}

/** A cheque instead of a refund that the bank did not take; the money stays in refunds-payable until it is mailed. */
export async function payByCheque(
  trx: Database,
  deps: Omit<RefundDeps, 'gateway'>,
  refund: CardRefund,
  byId: string,
): Promise<void> {
  const { id, accountId, postingId, cents, card } = refund;
  const madeAt = deps.now();
  const due = (await dueDays(trx, madeAt)).cheque;
  const to = await deps.payeeOf(trx, accountId);
  const cheque = { accountId, cause: 'card-declined', postingId, cardRefundId: id, cents, due, madeAt } as const;
  await addCheque(trx, { ...cheque, to, byId });
  const news = { kind: 'card-refund-by-cheque', cents, lastFour: card.lastFour, due } as const;
  const key = `card-refund-by-cheque ${id}`;
  await tellHolder(trx, deps, { key, accountId, news: { ...news, addressKnown: to !== undefined } });
}
