import { chequeStale, mailedAt, mailedBefore, type Cheque } from '#db/cheques.ts';
import type { Database } from '#db/connect.ts';
import { refundTermsOn } from '#db/refund-terms.ts';
import { addUnclaimedFund } from '#db/unclaimed.ts';
import { dormantBefore } from '../unclaimed/clock.ts';
import { actOn, keyOf, move, type ChequeAct, type ChequeActResult } from './cheque-act.ts';
import { dayOf } from './due-days.ts';
import { tellHolder } from './notices.ts';
import type { HolderDeps } from './ports.ts';

/** Mailed at this moment or before, and not cashed: `refund_terms.cheque_stale_days` of 24 hours ago. */
async function staleBefore(db: Database, at: Date): Promise<Date> {
  const { terms } = await refundTermsOn(db, dayOf(at));
  return dormantBefore(at, terms.chequeStaleDays);
}

/** Cheques that are in the post for so long that no bank has to pay them any more (UCC 4-404); by id, those after `after`. */
export async function staleCheques(
  db: Database,
  { now }: Pick<HolderDeps, 'now'>,
  page: { readonly after?: string; readonly limit?: number } = {},
): Promise<Cheque[]> {
  return mailedBefore(db, await staleBefore(db, now()), page);
}

export type StaleResult = ChequeActResult | { readonly kind: 'too-early' | 'reason-missing' };

/**
 * An agent has had the bank stop a stale cheque, and says so in the reason: what it was for goes among the unclaimed funds (decision 21), from
 * which it is given back whenever it is claimed. 'too-early': it may be cashed still. Throws DatabaseUnavailable; may be tried again.
 */
export async function setStaleAside(
  db: Database,
  deps: Pick<HolderDeps, 'now' | 'contactOf' | 'notify'>,
  act: ChequeAct & { readonly number: string; readonly reason: string },
): Promise<StaleResult> {
  const { agentId: byId, number, reason } = act;
  if (reason.trim() === '' || byId === '') return { kind: 'reason-missing' };
  const at = deps.now();
  let early = false;
  const result = await actOn(db, act, async (trx, cheque) => {
    const { accountId, cents } = cheque;
    // Money of no account (it goes back to its sender) has no holder who could claim it.
    if (cheque.number !== number || accountId === undefined) return false;
    if (cheque.state !== 'mailed') return cheque.state === 'stale';
    const mailed = await mailedAt(trx, cheque);
    early = !mailed || mailed > (await staleBefore(trx, at));
    if (early || !mailed) return false;
    const { id: postingId } = await move(trx, cheque, 'stale', ['cheque-clearing', 'unclaimed'], at);
    await chequeStale(trx, cheque, { byId, at, number, postingId, reason });
    const fund = { accountId, cents, postingId, at, byId, reason, lastActiveAt: mailed };
    await addUnclaimedFund(trx, { ...fund, idempotencyKey: keyOf(cheque, 'stale') });
    await tellHolder(trx, deps, { key: keyOf(cheque, 'stale'), accountId, news: { kind: 'cheque-stale', cents } });
    return true;
  });
  return early ? { kind: 'too-early' } : result;
}
