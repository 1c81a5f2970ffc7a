import type { Database } from '#db/connect.ts';
import { balanceOf, findPosting, post } from '#db/ledger.ts';
import { addPaymentEvent } from '#db/payment-events.ts';
import { findPayment, movePayment, type Payment } from '#db/payments.ts';
import { rails } from '../kinds.ts';
import { hashOf } from '../order-hash.ts';
import type { RailDeps } from '../ports.ts';
import { refusingReuse } from '../reuse.ts';
import { whose, type Whose } from '../whose.ts';
import { asItIs, doneBefore, faultOf, type ActRefusal, type PaymentAct } from './act.ts';

export interface Assignment extends PaymentAct {
  /** Ten digits, as the agent found out. */
  readonly accountNumber: string;
}

export type AssignResult =
  | { readonly kind: 'assigned'; readonly payment: Payment; readonly reference: string; readonly balanceCents: number }
  | ActRefusal
  | { readonly kind: 'refused'; readonly code: Extract<Whose, { kind: 'nobody' }>['why'] };

/**
 * Brings a payment from suspense to the account it belongs to, whatever its amount: that is for the agent to say. Of several at once one does
 * it. On disk when this returns. Throws DatabaseUnavailable; may be given again with the same key.
 */
export async function assign(db: Database, deps: RailDeps, order: Assignment): Promise<AssignResult> {
  const fault = faultOf(order);
  if (fault) return fault;
  const { paymentId, agentId, reason, accountNumber } = order;
  const key = `assign ${order.key}`;
  const requestHash = hashOf(paymentId, agentId, reason, accountNumber);
  return refusingReuse(
    db.transaction().execute(async (trx): Promise<AssignResult> => {
      const before = await doneBefore(trx, key, requestHash);
      if (before) return 'code' in before ? before : assigned(trx, before);
      const place = await whose(trx, accountNumber);
      if (place.kind === 'nobody') return { kind: 'refused', code: place.why };
      const { accountId } = place;
      // Account, holder, payment: in this order whoever takes them.
      await balanceOf(trx, accountId, { lock: true });
      const payment = await findPayment(trx, { id: paymentId }, { lock: true });
      if (!payment) return { kind: 'refused', code: 'unknown-payment' };
      const meanwhile = await doneBefore(trx, key, requestHash);
      if (meanwhile) return 'code' in meanwhile ? meanwhile : assigned(trx, meanwhile);
      if (payment.state !== 'in-suspense') return { kind: 'wrong-state', payment };

      const at = deps.now();
      const { cents, kind, serial, receivedOn } = payment;
      const posting = await post(trx, {
        ...{ key: `payment ${paymentId} assigned`, kind: rails[kind].posting, at },
        entries: [
          { ledger: 'suspense', cents: -cents },
          { ledger: { holder: accountId }, cents },
        ],
        memo: { rail: kind, serial, receivedOn, paymentId },
      });
      await movePayment(trx, paymentId, { state: 'on-account', accountId, holderPostingId: posting.id });
      const event = { paymentId, key, requestHash, kind: 'assigned', byId: agentId, reason, postingId: posting.id, at } as const; // prettier-ignore
      await addPaymentEvent(trx, event);
      const result = await assigned(trx, event);
      await deps.onNews?.(trx, { ...result, kind: 'paid-in', accountId });
      return result;
    }),
  );
}

async function assigned(trx: Database, { paymentId, postingId }: { paymentId: string; postingId: string }) {
  const payment = await asItIs(trx, paymentId);
  const reference = (await findPosting(trx, { id: postingId }))?.reference ?? '';
  const { balanceCents } = await balanceOf(trx, payment.accountId ?? '');
  return { kind: 'assigned', payment, reference, balanceCents } as const;
}
