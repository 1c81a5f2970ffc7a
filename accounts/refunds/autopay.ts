import type { Database } from '#db/connect.ts';
import { fundingPlan } from '#db/funding.ts';

/** Whether taking the account down to `balanceCents` would make AutoPay charge the card, or TextPay ask. The caller holds the account's row. */
export async function autoPayWouldCharge(trx: Database, accountId: string, balanceCents: number): Promise<boolean> {
  const plan = await fundingPlan(trx, accountId);
  return plan !== undefined && balanceCents <= plan.thresholdCents;
}
