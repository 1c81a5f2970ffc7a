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
 * Tells what was declined in a call, or in a talk of the desk, whose process died: nobody knows whether the caller had heard it. What is
 * open yet is told when resolveDeposits() finds out. May be done again; each is told once.
 * @param id of a call to the line, or of a place in the queue that was called back
 */
export async function tellLeftUntold(
  db: Database,
  { receipts }: Pick<FamilyLineHouse, 'receipts'>,
  id: string,
): Promise<void> {
  const ids = [id, ...(await entriesOfCall(db, id))];
  const keys = ids.flatMap((each) => Array.from({ length: mostOrders }, (_, nth) => orderKey(each, nth + 1)));
  for (const { id: paymentId, accountId, cents, intendedAt: at, callingNumber } of await declinedDeposits(db, keys))
    await db
      .transaction()
      .execute((trx) => tellNotCharged(trx, receipts, { accountId, paymentId, cents, at, callingNumber }));
}
