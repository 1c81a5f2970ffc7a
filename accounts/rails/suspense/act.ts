import type { Database } from '#db/connect.ts';
import { findPaymentEvent, type PaymentEvent } from '#db/payment-events.ts';
import { findPayment, type Payment } from '#db/payments.ts';

/** What an agent does with a payment. */
export interface PaymentAct {
  /** Idempotency key: the same act again is answered as it was. */
  readonly key: string;
  readonly paymentId: string;
  readonly agentId: string;
  /** Why: kept for good. */
  readonly reason: string;
}

export type ActRefusal =
  /** Somebody did something else before: `payment` is as it is now. */
  | { readonly kind: 'wrong-state'; readonly payment: Payment }
  | { readonly kind: 'refused'; readonly code: 'agent-missing' | 'reason-missing' | 'key-reused' | 'unknown-payment' };

/** What is wrong with an act by itself. */
export function faultOf({ agentId, reason }: PaymentAct): ActRefusal | undefined {
  if (agentId === '') return { kind: 'refused', code: 'agent-missing' };
  return reason.trim() === '' ? { kind: 'refused', code: 'reason-missing' } : undefined;
}

/** Whether this act was done before: its event, or that its key was used for something else. */
export async function doneBefore(
  trx: Database,
  key: string,
  requestHash: string,
): Promise<PaymentEvent | Extract<ActRefusal, { kind: 'refused' }> | undefined> {
  const event = await findPaymentEvent(trx, key);
  if (!event || event.requestHash === requestHash) return event;
  return { kind: 'refused', code: 'key-reused' };
}

/** The payment as it is now, after an act. */
export async function asItIs(trx: Database, id: string): Promise<Payment> {
  const payment = await findPayment(trx, { id });
  if (!payment) throw new Error('A payment is gone.');
  return payment;
}
