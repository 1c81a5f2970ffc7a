import type { Database } from '#db/connect.ts';
import { noteCaptured } from '#db/funding.ts';
import { endCharge, type FundingCharge } from '#db/funding-charges.ts';
import { balanceOf } from '#db/ledger.ts';
import type { DepositOutcome, FundingDeps } from './ports.ts';

export type Settled = Exclude<DepositOutcome, { kind: 'pending' }>;

export type Charged =
  | { readonly kind: 'captured'; readonly reference: string; readonly depositId: string }
  | { readonly kind: 'declined'; readonly reason: string }
  /** The gateway has not said: nothing more is charged until it has. To be done again. */
  | { readonly kind: 'pending' };

/**
 * Makes a charge that is written down, and settles it: `settle` runs once, in the transaction that ends the charge. Done again after a
 * crash it orders the same deposit with the same key, which charges once.
 */
export async function makeCharge(
  db: Database,
  deps: FundingDeps,
  charge: FundingCharge,
  settle: (trx: Database, outcome: Settled, at: Date) => Promise<void>,
): Promise<Charged> {
  const { accountId, cents, card, cause } = charge;
  const order =
    'lowBalanceId' in cause
      ? ({ key: `autopay:${cause.lowBalanceId}`, channel: 'autopay' } as const)
      : ({ key: `textpay:${cause.textPayAlertId}`, channel: 'textpay' } as const);
  deps.onStep?.('begun', order.key);
  const outcome = await deps.deposit({ ...order, accountId, cents, card });
  deps.onStep?.('deposited', order.key);
  if (outcome.kind === 'pending') return { kind: 'pending' };

  await db.transaction().execute(async (trx) => {
    await balanceOf(trx, accountId, { lock: true });
    const at = deps.now();
    if (!(await endCharge(trx, charge.id, outcome, at))) return;
    await settle(trx, outcome, at);
    if (outcome.kind === 'captured') await noteCaptured(trx, accountId);
  });
  deps.onStep?.('settled', order.key);
  return outcome.kind === 'captured'
    ? { kind: 'captured', reference: outcome.reference, depositId: outcome.depositId }
    : { kind: 'declined', reason: outcome.reason };
}
