import type { Database } from '#db/connect.ts';
import { balanceOf, findPosting, post, type Entry } from '#db/ledger.ts';
import { addPaymentEvent } from '#db/payment-events.ts';
import { findPayment, movePayment, type Payment } from '#db/payments.ts';
import { addReceivable, findReceivable, type Receivable } from '#db/receivables.ts';
import { questionCheques } from '../../refunds/question-cheques.ts';
import { rails } from '../kinds.ts';
import { hashOf } from '../order-hash.ts';
import type { RailDeps } from '../ports.ts';
import { refusingReuse } from '../reuse.ts';
import { asItIs, doneBefore, faultOf, type ActRefusal, type PaymentAct } from '../suspense/act.ts';

export type ReturnResult =
  | {
      readonly kind: 'returned';
      readonly payment: Payment;
      readonly reference: string;
      /** What was spent already: written off, and owed. */
      readonly receivable?: Receivable;
    }
  | ActRefusal;

/**
 * The bank took a payment back (a cheque that is not paid, a forged money order). It is reversed whatever became of it: from the holder's
 * account what may be spent there, from suspense all of it; the rest is written off and kept as owed (docs/decisions/0012). There is no
 * charge for it. On disk when this returns. Throws DatabaseUnavailable; may be given again with the same key.
 */
export async function returnPayment(db: Database, deps: RailDeps, order: PaymentAct): Promise<ReturnResult> {
  const fault = faultOf(order);
  if (fault) return fault;
  // Whose it is decides what is locked first. Once somebody's it stays theirs, so a second look is the last.
  const result = await refusingReuse(attempt(db, deps, order));
  return result === 'assigned-meanwhile' ? returnPayment(db, deps, order) : result;
}

async function attempt(db: Database, deps: RailDeps, order: PaymentAct): Promise<ReturnResult | 'assigned-meanwhile'> {
  const { paymentId, agentId, reason } = order;
  const key = `return ${order.key}`;
  const requestHash = hashOf(paymentId, agentId, reason);
  return db.transaction().execute(async (trx) => {
    const seen = await findPayment(trx, { id: paymentId });
    if (!seen) return { kind: 'refused', code: 'unknown-payment' };
    const { accountId } = seen;
    const balance = accountId === undefined ? undefined : await balanceOf(trx, accountId, { lock: true });
    const payment = await findPayment(trx, { id: paymentId }, { lock: true });
    if (payment?.accountId !== accountId) return 'assigned-meanwhile';
    const before = await doneBefore(trx, key, requestHash);
    if (before) return 'code' in before ? before : returned(trx, before);
    if (seen.state === 'returned' || payment?.state === 'returned')
      return { kind: 'wrong-state', payment: payment ?? seen };

    const at = deps.now();
    const { cents, kind, serial } = seen;
    const takenCents = Math.min(cents, balance?.availableCents ?? 0);
    const fromSuspense = payment?.state === 'in-suspense';
    const owedCents = fromSuspense ? 0 : cents - takenCents;
    const posting = await post(trx, {
      ...{ key: `payment ${paymentId} returned`, kind: 'payment-returned', at },
      entries: reversal(cents, { accountId, takenCents, owedCents, fromSuspense, clearing: rails[kind].clearing }),
      memo: { rail: kind, serial, paymentId },
    });
    await movePayment(trx, paymentId, { state: 'returned' });
    const owner = accountId === undefined ? {} : { accountId };
    if (owedCents > 0) await addReceivable(trx, { paymentId, ...owner, cents: owedCents, madeAt: at });
    if (owedCents > 0) await questionCheques(trx, seen, { byId: agentId, reason, at });
    const event = { paymentId, key, requestHash, kind: 'returned', byId: agentId, reason, postingId: posting.id, at } as const; // prettier-ignore
    await addPaymentEvent(trx, event);
    const result = await returned(trx, event);
    if (accountId !== undefined) {
      const { reference } = posting;
      await deps.onNews?.(trx, {
        kind: 'returned',
        accountId,
        payment: result.payment,
        reference,
        takenCents,
        owedCents,
      });
    }
    return result;
  });
}

function reversal(
  cents: number,
  from: {
    readonly accountId: string | undefined;
    readonly takenCents: number;
    readonly owedCents: number;
    readonly fromSuspense: boolean;
    readonly clearing: 'cheque-clearing' | 'bank-clearing' | 'money-transfer-clearing';
  },
): Entry[] {
  const { accountId, takenCents, owedCents, fromSuspense, clearing } = from;
  const entries: Entry[] = [{ ledger: clearing, cents }];
  if (fromSuspense) entries.push({ ledger: 'suspense', cents: -cents });
  if (accountId !== undefined && takenCents > 0) entries.push({ ledger: { holder: accountId }, cents: -takenCents });
  if (owedCents > 0) entries.push({ ledger: 'write-off', cents: -owedCents });
  return entries;
}

async function returned(trx: Database, { paymentId, postingId }: { paymentId: string; postingId: string }) {
  const reference = (await findPosting(trx, { id: postingId }))?.reference ?? '';
  const receivable = await findReceivable(trx, { paymentId });
  const payment = await asItIs(trx, paymentId);
  return { kind: 'returned', payment, reference, ...(receivable && { receivable }) } as const;
}
