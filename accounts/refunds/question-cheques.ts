import { addCheque, type Cheque } from '#db/cheques.ts';
import {
  bouncedOf,
  decideCheque,
  lastDecision,
  lockRefundCheques,
  lockSenderCheque,
  questionCheque,
} from '#db/cheque-questions.ts';
import type { Database } from '#db/connect.ts';
import { post } from '#db/ledger.ts';
import type { Payment } from '#db/payments.ts';
import { findReceivable, settleReceivable } from '#db/receivables.ts';
import { hashOf } from '../rails/order-hash.ts';
import { actOn, keyOf, type ChequeAct, type ChequeActResult } from './cheque-act.ts';
import { tellHolder } from './notices.ts';
import type { HolderDeps } from './ports.ts';

/*
 *   needs-address, queued, printing ──the bank takes back what it gives back──► in question ──go on──► as before
 *                                                                                    └────── stop ───► stopped
 *
 *   stopped: refunds-payable → write-off     what bounced is made good by it
 */

/**
 * The bank took a payment back, more of it than was on the account: whatever cheque gives it back and is not mailed yet is neither printed nor
 * mailed until an agent decides. In the transaction that books the return, after account, holder and payment.
 */
export async function questionCheques(
  trx: Database,
  { id: paymentId, accountId, enteredAt }: Payment,
  by: { readonly byId: string; readonly reason: string; readonly at: Date },
): Promise<void> {
  const giveBack =
    accountId === undefined
      ? await lockSenderCheque(trx, paymentId)
      : await lockRefundCheques(trx, accountId, enteredAt);
  for (const cheque of giveBack) await questionCheque(trx, cheque, { ...by, paymentId });
}

export interface QuestionAct extends ChequeAct {
  readonly decision: 'go-on' | 'stop';
  /** Why: kept for good. */
  readonly reason: string;
}

export type QuestionResult =
  | ChequeActResult
  /** 'nothing-owed': what bounced was made good or given up meanwhile, so there is nothing to stop it for. */
  | { readonly kind: 'agent-missing' | 'reason-missing' | 'nothing-owed' };

/**
 * An agent decides about a cheque in question. Go on: it is printed and mailed although its money bounced. Stop: it never is; it makes good what
 * is owed for what bounced, and a new cheque gives back the rest. On disk when this returns; the same act again is 'done'. Throws
 * DatabaseUnavailable.
 */
export async function decideQuestion(db: Database, deps: HolderDeps, act: QuestionAct): Promise<QuestionResult> {
  const { agentId: byId, reason, decision } = act;
  if (byId === '') return { kind: 'agent-missing' };
  if (reason.trim() === '') return { kind: 'reason-missing' };
  const kind = decision === 'stop' ? 'stopped' : 'gone-on';
  let owed = true;
  const result = await actOn(db, act, async (trx, cheque) => {
    if (!cheque.inQuestion) {
      const last = await lastDecision(trx, cheque.id);
      return last?.kind === kind && last.byId === byId && last.reason === reason;
    }
    const by = { byId, reason, at: deps.now() };
    if (kind === 'stopped') return (owed = await stop(trx, deps, cheque, by));
    await decideCheque(trx, cheque, { ...by, kind });
    return true;
  });
  return owed ? result : { kind: 'nothing-owed' };
}

async function stop(
  trx: Database,
  deps: HolderDeps,
  cheque: Cheque,
  by: { readonly byId: string; readonly reason: string; readonly at: Date },
): Promise<boolean> {
  const shares = await sharesOf(trx, cheque);
  const goodCents = shares.reduce((sum, { cents }) => sum + cents, 0);
  if (goodCents === 0) return false;
  const { id: chequeId, accountId, attempt, cause, due, to } = cheque;
  const key = keyOf(cheque, 'stopped');
  const entries = [
    { ledger: 'refunds-payable', cents: -goodCents },
    { ledger: 'write-off', cents: goodCents },
  ] as const;
  const memo = { chequeId, ...(accountId !== undefined && { accountId }), attempt };
  const { id: postingId } = await post(trx, { key, kind: 'cheque-stopped', at: by.at, entries, memo });
  for (const { receivableId, cents } of shares) {
    const event = { receivableId, cents, ...by, postingId, kind: 'recovered' } as const;
    const requestHash = hashOf(chequeId, receivableId, cents);
    await settleReceivable(trx, { ...event, key: `${key} ${receivableId}`, requestHash });
  }
  await decideCheque(trx, cheque, { ...by, kind: 'stopped', postingId });
  const restCents = cheque.cents - goodCents;
  const rest = { cause, postingId, cents: restCents, due, madeAt: by.at, to, byId: by.byId };
  if (restCents > 0) await addCheque(trx, { ...rest, ...(accountId !== undefined && { accountId }) });
  const news = { kind: 'cheque-stopped', cents: cheque.cents, restCents } as const;
  if (accountId !== undefined) await tellHolder(trx, deps, { key, accountId, news });
  return true;
}

/** How much of the cheque makes good which receivable. */
async function sharesOf(trx: Database, { id, cents }: Cheque) {
  const shares: { readonly receivableId: string; readonly cents: number }[] = [];
  let left = cents;
  for (const paymentId of await bouncedOf(trx, id)) {
    const owed = await findReceivable(trx, { paymentId }, { lock: true });
    const share = Math.min(left, owed ? owed.cents - owed.settledCents : 0);
    if (owed && share > 0) shares.push({ receivableId: owed.id, cents: share });
    left -= share;
  }
  return shares;
}
