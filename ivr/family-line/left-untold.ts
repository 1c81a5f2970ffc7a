import { tellNotCharged } from '#accounts/receipts/card-receipts.ts';
import type { Database } from '#db/connect.ts';
import { declinedDeposits } from '#db/deposits.ts';
import { entriesOfCall } from '#db/desk/orders.ts';
import type { FamilyLineHouse } from './house.ts';

/** More than anybody confirms in one call: each takes half a minute. */
const mostOrders = 60;

/** The idempotency key of the nth order, from 1, of a call or of an agent's talk in it. */
export const orderKey = (id: string, nth: number): string => `line:${id}:${nth}`;

/**
 * Tells what was declined in a call whose process died: nobody knows whether the caller had heard it. What is open yet is told when
 * resolveDeposits() finds out. May be done again; each is told once.
 */
export async function tellLeftUntold(
  db: Database,
  { receipts }: Pick<FamilyLineHouse, 'receipts'>,
  callId: string,
): Promise<void> {
  const ids = [callId, ...(await entriesOfCall(db, callId))];
  const keys = ids.flatMap((id) => Array.from({ length: mostOrders }, (_, nth) => orderKey(id, nth + 1)));
  for (const { id: paymentId, accountId, cents, intendedAt: at, callingNumber } of await declinedDeposits(db, keys))
    await db
      .transaction()
      .execute((trx) => tellNotCharged(trx, receipts, { accountId, paymentId, cents, at, callingNumber }));
}
