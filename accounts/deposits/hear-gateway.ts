import { findCardRefund, REFUND } from '#db/card-refunds.ts';
import type { Database } from '#db/connect.ts';
import { findDeposit } from '#db/deposits.ts';
import { addToOutbox } from '#db/outbox.ts';
import type { WebhookEvent } from '../cards/gateway.ts';
import type { DepositDeps } from './deposit-by-card.ts';
import { settle } from './settle.ts';

/** What an event came to. 'contradicts' and 'disputed' are for a person to look at. */
export type Heard =
  /** A deposit of unknown outcome is settled now. */
  | 'settled'
  /** The gateway does not answer for it yet: resolveDeposits() goes on asking. */
  | 'unclear'
  /** A refund is asked about again, by its job. */
  | 'asked-again'
  | 'known'
  /** Nothing of ours: others may take payments at the same account of the gateway. */
  | 'not-ours'
  /** It was charged, and we told the holder that it was not. */
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
  if (event.kind === 'refunded') return askAgain(deps.db, event.key);
  const { db, gateway } = deps;
  const deposit = await findDeposit(db, event.key);
  if (!deposit) return 'not-ours';
  const captured = event.kind === 'captured';
  if (deposit.state === 'declined' && captured) return 'contradicts';
  if (deposit.state !== 'intended' && !(deposit.state === 'abandoned' && captured)) return 'known';
  const outcome = await gateway.outcomeOf(deposit.id);
  if (outcome.kind === 'absent' || outcome.kind === 'unknown') return 'unclear';
  await settle(deps, deposit.id, outcome);
  return 'settled';
}

async function askAgain(db: Database, refundId: string): Promise<Heard> {
  const refund = await findCardRefund(db, refundId);
  if (!refund) return 'not-ours';
  if (refund.state !== 'asking') return 'known';
  await addToOutbox(db, REFUND, { refundId });
  return 'asked-again';
}
