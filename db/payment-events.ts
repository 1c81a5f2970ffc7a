import type { Database } from './connect.ts';
import type { PaymentEventKind } from './payments.ts';

/** What was done to a payment: by whom, why, and what it posted. */
export interface PaymentEvent {
  readonly paymentId: string;
  readonly key: string;
  /** Of what was ordered. */
  readonly requestHash: string;
  readonly kind: PaymentEventKind;
  /** An agent. */
  readonly byId: string;
  readonly reason: string;
  readonly postingId: string;
  readonly at: Date;
}

export async function addPaymentEvent(trx: Database, { key, ...event }: PaymentEvent): Promise<void> {
  await trx
    .insertInto('paymentEvent')
    .values({ ...event, idempotencyKey: key })
    .execute();
}

const columns = ['paymentId', 'idempotencyKey as key', 'requestHash', 'kind', 'byId', 'reason', 'postingId', 'at'] as const; // prettier-ignore

export async function findPaymentEvent(db: Database, key: string): Promise<PaymentEvent | undefined> {
  return db.selectFrom('paymentEvent').select(columns).where('idempotencyKey', '=', key).executeTakeFirst();
}

/** Who did what to it, when and why; the oldest first. */
export async function paymentHistory(db: Database, paymentId: string): Promise<PaymentEvent[]> {
  const query = db.selectFrom('paymentEvent').select(columns).where('paymentId', '=', paymentId);
  return query.orderBy('id').execute();
}
