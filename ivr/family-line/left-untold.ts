import { tellNotCharged } from '#accounts/receipts/card-receipts.ts';
import type { Database } from '#db/connect.ts';
import { declinedDeposits } from '#db/deposits.ts';
import type { FamilyLineHouse } from './house.ts';

/** More than anybody confirms in one call: each takes half a minute. */
const mostOrders = 60;

/** The idempotency key of a call's nth order, from 1. */
export const orderKey = (callId: string, nth: number): string => `line:${callId}:${nth}`;

/**
 * Tells what was declined in a call whose process died: nobody knows whether the caller had heard it. What is open yet is told when
 * resolveDeposits() finds out. May be done again; each is told once.
 */
export async function tellLeftUntold(
  db: Database,
  { receipts }: Pick<FamilyLineHouse, 'receipts'>,
  callId: string,
): Promise<void> {
  const keys = Array.from({ length: mostOrders }, (_, nth) => orderKey(callId, nth + 1));
  for (const { id: paymentId, accountId, cents, intendedAt: at, callingNumber } of await declinedDeposits(db, keys))
    await db
      .transaction()
      .execute((trx) => tellNotCharged(trx, receipts, { accountId, paymentId, cents, at, callingNumber }));
}
