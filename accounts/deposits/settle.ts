import { randomUUID } from 'node:crypto';
import { addCardRefund } from '#db/card-refunds.ts';
import type { Database } from '#db/connect.ts';
import { addContradiction } from '#db/deposit-contradictions.ts';
import { findDeposit, keepOpen, settleDeposit, type Deposit } from '#db/deposits.ts';
import { balanceOf, findPosting, post } from '#db/ledger.ts';
import { dueDays } from '../refunds/due-days.ts';
import type { ChargeOutcome } from './charger.ts';
import type { DepositDeps } from './deposit-by-card.ts';

export type DepositResult =
  | {
      readonly kind: 'captured';
      readonly depositId: string;
      /** What is read out: ten digits. */
      readonly reference: string;
      readonly balanceCents: number;
      /** The account was closed meanwhile: the money goes straight back to the card. */
      readonly afterClosing: boolean;
    }
  | { readonly kind: 'declined'; readonly depositId: string; readonly reason: string }
  /** Charged or not: not known yet. Nothing is charged again; whoever asks later with the same key gets the truth. */
  | { readonly kind: 'pending'; readonly depositId: string };

export type Outcome = ChargeOutcome | { readonly kind: 'abandoned' };

/** Key of the posting of a deposit. */
export const depositKey = (depositId: string): string => `deposit ${depositId}`;

/**
 * Writes what became of a deposit, once: whoever comes later (the caller, the resolver, a webhook, each any number of times) finds it
 * settled. Money that the gateway took after all, when it had been given up or declined, is posted all the same; that it took none of what is posted
 * goes to the contradictions, for an agent. Throws DatabaseUnavailable.
 */
export async function settle(deps: Omit<DepositDeps, 'gateway'>, id: string, outcome: Outcome): Promise<DepositResult> {
  if (outcome.kind === 'unknown') return { kind: 'pending', depositId: id };
  return deps.db.transaction().execute((trx) => settleIn(trx, deps, id, outcome));
}

/** The same inside the caller's transaction. */
export async function settleIn(
  trx: Database,
  { now, onSettled }: Pick<DepositDeps, 'now' | 'onSettled'>,
  id: string,
  outcome: Exclude<Outcome, { kind: 'unknown' }>,
): Promise<DepositResult> {
  const deposit = await findDeposit(trx, id, { lock: true });
  if (!deposit) throw new Error('There is no such deposit.');
  const at = now();
  const late = deposit.state !== 'captured' && outcome.kind === 'captured';
  if (deposit.state === 'captured' && outcome.kind === 'declined')
    await addContradiction(trx, { depositId: id, ours: 'captured', theirs: 'declined', at });
  if (deposit.state !== 'intended' && !late) return resultOf(trx, deposit);
  if (outcome.kind === 'captured') await capture(trx, deposit, outcome.gatewayId, at);
  else if (outcome.kind === 'declined')
    await settleDeposit(trx, id, { state: 'declined', declineReason: outcome.reason }, at);
  else await settleDeposit(trx, id, { state: 'abandoned' }, at);
  const settled = (await findDeposit(trx, id)) ?? deposit;
  const result = await resultOf(trx, settled);
  await onSettled?.(trx, settled, result);
  return result;
}

async function capture(trx: Database, deposit: Deposit, gatewayId: string, at: Date): Promise<void> {
  const { id, accountId, cents, channel, agentId, card } = deposit;
  const afterClosing = (await keepOpen(trx, accountId)) === false;
  const posting = await post(trx, {
    key: depositKey(id),
    kind: afterClosing ? 'card-deposit-after-closing' : 'card-deposit',
    at,
    entries: [
      { ledger: afterClosing ? 'refunds-payable' : { holder: accountId }, cents },
      { ledger: 'card-clearing', cents: -cents },
    ],
    memo: {
      ...{ channel, depositId: id, brand: card.brand, lastFour: card.lastFour },
      ...(agentId !== undefined && { agentId }),
      ...(afterClosing && { accountId }),
    },
  });
  await settleDeposit(trx, id, { state: 'captured', gatewayId, postingId: posting.id, afterClosing }, at);
  if (afterClosing)
    await addCardRefund(trx, {
      ...{ id: randomUUID(), accountId, cause: 'after-closing', postingId: posting.id, depositId: id, cents },
      ...{ due: (await dueDays(trx, at)).card, madeAt: at },
    });
}

/** A settled deposit as its order would have been answered. */
export async function resultOf(db: Database, deposit: Deposit): Promise<DepositResult> {
  const depositId = deposit.id;
  if (deposit.state === 'declined') return { kind: 'declined', depositId, reason: deposit.declineReason ?? 'declined' };
  if (deposit.state === 'abandoned') return { kind: 'declined', depositId, reason: 'not-charged' };
  if (deposit.state === 'intended') return { kind: 'pending', depositId };
  const posting = await findPosting(db, { key: depositKey(depositId) });
  const { balanceCents } = await balanceOf(db, deposit.accountId);
  const reference = posting?.reference ?? '';
  return { kind: 'captured', depositId, reference, balanceCents, afterClosing: deposit.afterClosing };
}
