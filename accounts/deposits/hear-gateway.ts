import { findCardRefund, lookAtOnce, REFUND, REFUND_FAILED } from '#db/card-refunds.ts';
import { addContradiction } from '#db/deposit-contradictions.ts';
import { findDeposit, type Deposit } from '#db/deposits.ts';
import { addToOutbox } from '#db/outbox.ts';
import type { WebhookEvent } from '../cards/gateway.ts';
import type { DepositDeps } from './deposit-by-card.ts';
import { settle } from './settle.ts';

/** What an event came to. 'contradicts' and 'disputed' are for a person to look at. */
export type Heard =
  /** A deposit of unknown outcome is settled now. */
  | 'settled'
  /** It was charged, and we had told the holder that it was not: it is posted now. */
  | 'corrected'
  /** The gateway does not answer for it yet: resolveDeposits() goes on asking. */
  | 'unclear'
  /** A refund is asked about again, by its job. */
  | 'asked-again'
  | 'known'
  /** Nothing of ours: others may take payments at the same account of the gateway. */
  | 'not-ours'
  /** Its books are not ours, and asking does not mend it: it is among the contradictions. */
  | 'contradicts'
  /** The holder wants the money back from the bank (a chargeback). */
  | 'disputed';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * An event is a hint to ask now what would be asked later, never the answer itself: events come late, twice, in any order, and an amount in one
 * is not believed. So any number of them settle a deposit once. Throws GatewayFault, DatabaseUnavailable; the gateway tells again.
 */
export async function hearGateway(deps: DepositDeps, event: WebhookEvent): Promise<Heard> {
  if (event.kind === 'disputed') return 'disputed';
  if (event.kind === 'other' || !UUID.test(event.key)) return 'not-ours';
  if (event.kind === 'refunded' || event.kind === 'refund-failed') return askAgain(deps, event);
  const deposit = await findDeposit(deps.db, event.key);
  if (!deposit) return 'not-ours';
  return says(deposit, event) ? 'known' : askWhich(deps, deposit, event);
}

type ChargeEvent = Extract<WebhookEvent, { kind: 'captured' | 'declined' }>;

/** Whether what was told is in our books: of a deposit that was given up a decline is nothing new. */
const says = ({ state }: Deposit, { kind }: ChargeEvent): boolean =>
  state === kind || (state === 'abandoned' && kind === 'declined');

async function askWhich(deps: DepositDeps, { id, state }: Deposit, event: ChargeEvent): Promise<Heard> {
  const outcome = await deps.gateway.outcomeOf(id);
  if (outcome.kind === 'unknown') return 'unclear';
  if (state === 'captured') {
    // An old decline of a charge that succeeded later.
    if (outcome.kind === 'captured') return 'known';
    return contradict(deps, { depositId: id, ours: state, theirs: outcome.kind, eventId: event.eventId });
  }
  if (state === 'declined' && outcome.kind !== 'captured')
    return contradict(deps, { depositId: id, ours: state, theirs: 'captured', eventId: event.eventId });
  if (outcome.kind === 'absent') return 'unclear';
  await settle(deps, id, outcome);
  return state === 'declined' ? 'corrected' : 'settled';
}

type Contradiction = Omit<Parameters<typeof addContradiction>[1], 'at'>;

async function contradict({ db, now }: DepositDeps, contradiction: Contradiction): Promise<Heard> {
  await db.transaction().execute(async (trx) => {
    await findDeposit(trx, contradiction.depositId, { lock: true });
    await addContradiction(trx, { ...contradiction, at: now() });
  });
  return 'contradicts';
}

/** One that failed may have been refunded before: its job looks at those too. */
async function askAgain(
  { db, now }: DepositDeps,
  { kind, key: refundId }: Extract<WebhookEvent, { kind: 'refunded' | 'refund-failed' }>,
): Promise<Heard> {
  const refund = await findCardRefund(db, refundId);
  if (!refund) return 'not-ours';
  const failed = kind === 'refund-failed';
  if (refund.state !== 'asking' && !(failed && refund.state === 'refunded')) return 'known';
  await db.transaction().execute(async (trx) => {
    // The queue gives up after a while; what is written here does not.
    if (failed) await lookAtOnce(trx, refundId, now());
    await addToOutbox(trx, failed ? REFUND_FAILED : REFUND, { refundId });
  });
  return 'asked-again';
}
