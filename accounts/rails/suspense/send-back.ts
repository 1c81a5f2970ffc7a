import { addCheque, findCheques, type Cheque, type Payee } from '#db/cheques.ts';
import type { Database } from '#db/connect.ts';
import { post } from '#db/ledger.ts';
import { addPaymentEvent } from '#db/payment-events.ts';
import { findPayment, movePayment, type Payment } from '#db/payments.ts';
import { dueDays } from '../../refunds/due-days.ts';
import { hashOf } from '../order-hash.ts';
import type { RailDeps } from '../ports.ts';
import { refusingReuse } from '../reuse.ts';
import { asItIs, doneBefore, faultOf, type ActRefusal, type PaymentAct } from './act.ts';

export interface SendBack extends PaymentAct {
  /** Who the cheque is for, when it is not the sender as the payment names them. */
  readonly to?: Payee;
}

export type SendBackResult =
  | { readonly kind: 'sent-back'; readonly payment: Payment; /** Without an address it waits for one. */ readonly cheque: Cheque }
  | ActRefusal; // prettier-ignore

/**
 * Gives money in suspense back to its sender, by a cheque of ours: the sender's is long at the bank. On disk when this returns. Throws
 * DatabaseUnavailable; may be given again with the same key.
 */
export async function sendBack(db: Database, deps: Pick<RailDeps, 'now'>, order: SendBack): Promise<SendBackResult> {
  const fault = faultOf(order);
  if (fault) return fault;
  const { paymentId, agentId, reason } = order;
  const key = `send-back ${order.key}`;
  const requestHash = hashOf(paymentId, agentId, reason, order.to ?? null);
  return refusingReuse(
    db.transaction().execute(async (trx): Promise<SendBackResult> => {
      const payment = await findPayment(trx, { id: paymentId }, { lock: true });
      if (!payment) return { kind: 'refused', code: 'unknown-payment' };
      const before = await doneBefore(trx, key, requestHash);
      if (before) return 'code' in before ? before : sentBack(trx, before);
      if (payment.state !== 'in-suspense') return { kind: 'wrong-state', payment };

      const at = deps.now();
      const { cents, kind, serial } = payment;
      const posting = await post(trx, {
        ...{ key: `payment ${paymentId} sent back`, kind: 'payment-sent-back', at },
        entries: [
          { ledger: 'suspense', cents: -cents },
          { ledger: 'refunds-payable', cents },
        ],
        memo: { rail: kind, serial, paymentId },
      });
      await movePayment(trx, paymentId, { state: 'sent-back' });
      const due = (await dueDays(trx, at)).cheque;
      const cheque = { cause: 'to-sender', postingId: posting.id, cents, due, madeAt: at } as const;
      await addCheque(trx, { ...cheque, to: order.to ?? payeeOf(payment), byId: agentId });
      const event = { paymentId, key, requestHash, kind: 'sent-back', byId: agentId, reason, postingId: posting.id, at } as const; // prettier-ignore
      await addPaymentEvent(trx, event);
      return sentBack(trx, event);
    }),
  );
}

const payeeOf = ({ sender }: Payment): Payee | undefined =>
  sender?.address && { payee: sender.name, address: sender.address };

async function sentBack(
  trx: Database,
  { paymentId, postingId }: { paymentId: string; postingId: string },
): Promise<SendBackResult> {
  const [cheque] = await findCheques(trx, { postingId });
  if (!cheque) throw new Error('A payment was sent back without a cheque.');
  return { kind: 'sent-back', payment: await asItIs(trx, paymentId), cheque };
}
