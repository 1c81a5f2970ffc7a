import type { Database } from '#db/connect.ts';
import { suspended, type Payment } from '#db/payments.ts';

export interface SuspendedPayment {
  readonly payment: Payment;
  /** Whole days of 24 hours since it was entered. */
  readonly ageDays: number;
}

const DAY_MS = 24 * 3_600_000;

/** What waits for an agent, the oldest first; `after`: the id of the last one of the page before. */
export async function suspense(
  db: Database,
  now: Date,
  page: { readonly after?: string; readonly limit?: number } = {},
): Promise<SuspendedPayment[]> {
  return (await suspended(db, page)).map((payment) => ({
    payment,
    ageDays: Math.floor((now.getTime() - payment.enteredAt.getTime()) / DAY_MS),
  }));
}
