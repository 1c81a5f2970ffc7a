import { serveLowBalance as serve, type Served } from '#accounts/funding/serve-low-balance.ts';
import { serveTextPay as servePay } from '#accounts/funding/text-pay.ts';
import type { FundingDeps } from '#accounts/funding/ports.ts';
import type { Database } from '#db/connect.ts';
import { LOW_BALANCE, TEXT_PAY, unservedLowBalances } from '#db/low-balance.ts';
import { addToOutbox } from '#db/outbox.ts';
import type { Log } from './steps.ts';
import { Later } from './topic.ts';

/** The gateway has not said, or another charge of the account is under way: the queue tries again after its wait. */
export class NotYet extends Later {
  override readonly name = 'NotYet';

  constructor(reason: 'pending' | 'wait') {
    super(`A charge cannot be ended yet (${reason}).`);
  }
}

export interface FundingBench {
  readonly db: Database;
  readonly log: Log;
  readonly deps: FundingDeps;
}

/** Work of the topic 'low-balance'. Throws NotYet, and what may pass; the same work may be given again. */
export async function serveLowBalance(
  { db, deps, log }: FundingBench,
  work: { readonly lowBalanceId: string },
): Promise<Served['kind']> {
  const served = await serve(db, deps, work.lowBalanceId);
  return ended(log, { lowBalance: work.lowBalanceId }, served);
}

/** Work of the topic 'text-pay'. */
export async function serveTextPay(
  { db, deps, log }: FundingBench,
  work: { readonly alertId: string },
): Promise<Served['kind']> {
  return ended(log, { textPayAlert: work.alertId }, await servePay(db, deps, work.alertId));
}

function ended(log: Log, facts: object, served: Served): Served['kind'] {
  if (served.kind === 'pending' || served.kind === 'wait') throw new NotYet(served.kind);
  const reason = 'reason' in served ? { reason: served.reason } : {};
  log.info({ ...facts, ...reason }, `low balance: ${served.kind}`);
  return served.kind;
}

/** Gives work out again that was given out before `before` and is not done: its job was lost or ran out of attempts. Returns how much. */
export async function sweepFunding(db: Database, before: Date): Promise<number> {
  const { falls, alerts } = await unservedLowBalances(db, before);
  for (const lowBalanceId of falls) await addToOutbox(db, LOW_BALANCE, { lowBalanceId });
  for (const alertId of alerts) await addToOutbox(db, TEXT_PAY, { alertId });
  return falls.length + alerts.length;
}
