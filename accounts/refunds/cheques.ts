import {
  addressCheque,
  chequeCashed,
  chequeMailed,
  chequeReturned,
  findCheques,
  hasChequeNumber,
  lockBatch,
  takeForPrinting,
  type Cheque,
  type Payee,
} from '#db/cheques.ts';
import type { Database } from '#db/connect.ts';
import { inTransaction } from '#db/in-transaction.ts';
import { actOn, keyOf, move, type ChequeAct, type ChequeActResult } from './cheque-act.ts';
import { tellHolder, type RefundNews } from './notices.ts';
import type { HolderDeps } from './ports.ts';

/*
 *   needs-address ──address──► queued ──claim──► printing ──mail──► mailed ──cash──► cashed
 *         ▲                                                           │
 *         └───────────────────────── came back ◄──────────────────────┤
 *                                                                     └──► stale (stale-cheques.ts)
 *
 *   mailed:    refunds-payable → cheque-clearing      what is on its way
 *   cashed:    cheque-clearing → bank-clearing        what the bank paid
 *   came back: cheque-clearing → refunds-payable      owed again
 *   stale:     cheque-clearing → unclaimed            nobody cashed it
 */

/**
 * Takes up to `limit` cheques for one print run, the oldest first. The same `batchId` (a UUID) again gives the same cheques and takes no others,
 * so a run that failed is printed anew. None is in question (question-cheques.ts).
 */
export async function claimForPrinting(
  db: Database,
  { now }: Pick<HolderDeps, 'now'>,
  batch: { readonly batchId: string; readonly limit: number; readonly agentId: string },
): Promise<Cheque[]> {
  const { batchId, limit, agentId } = batch;
  return inTransaction(db, async (trx) => {
    await lockBatch(trx, batchId);
    const there = await findCheques(trx, { batchId });
    // One that was put in question since is not printed again.
    if (there.length > 0) return there.filter(({ inQuestion }) => !inQuestion);
    await takeForPrinting(trx, { id: batchId, limit, byId: agentId, at: now() });
    return findCheques(trx, { batchId });
  });
}

type Deps = Pick<HolderDeps, 'now' | 'contactOf' | 'notify'>;

/** It is printed, numbered (digits, never used before) and in the post. */
export async function markMailed(
  db: Database,
  deps: Deps,
  act: ChequeAct & { readonly number: string },
): Promise<ChequeActResult> {
  return actOn(db, act, async (trx, cheque) => {
    if (cheque.state !== 'printing') return cheque.number === act.number;
    if (cheque.inQuestion) return 'in-question';
    if (await hasChequeNumber(trx, act.number)) return 'number-taken';
    const { reference, id } = await move(trx, cheque, 'mailed', ['refunds-payable', 'cheque-clearing'], deps.now());
    const step = { byId: act.agentId, at: deps.now(), number: act.number, postingId: id };
    await chequeMailed(trx, cheque, step);
    const news = { kind: 'cheque-mailed', cents: cheque.cents, reference } as const;
    await tell(trx, deps, cheque, 'mailed', news);
    return true;
  });
}

/** The bank paid it. */
export async function markCashed(
  db: Database,
  { now }: Pick<HolderDeps, 'now'>,
  act: ChequeAct,
): Promise<ChequeActResult> {
  return actOn(db, act, async (trx, cheque) => {
    if (cheque.state !== 'mailed') return cheque.state === 'cashed';
    const { id } = await move(trx, cheque, 'cashed', ['cheque-clearing', 'bank-clearing'], now());
    await chequeCashed(trx, cheque, { byId: act.agentId, at: now(), postingId: id });
    return true;
  });
}

/** The post brought the cheque with this number back: it is owed again, and waits for an address that is right. */
export async function markReturned(
  db: Database,
  deps: Deps,
  act: ChequeAct & { readonly number: string },
): Promise<ChequeActResult> {
  return actOn(db, act, async (trx, cheque) => {
    if (cheque.state !== 'mailed' || cheque.number !== act.number) return false;
    const { id } = await move(trx, cheque, 'returned', ['cheque-clearing', 'refunds-payable'], deps.now());
    await chequeReturned(trx, cheque, { byId: act.agentId, at: deps.now(), number: act.number, postingId: id });
    const news = { kind: 'cheque-returned', cents: cheque.cents } as const;
    await tell(trx, deps, cheque, 'returned', news);
    return true;
  });
}

/** Says where it goes, for the first time or in place of what was wrong, as long as it is not being printed. */
export async function addressOf(
  db: Database,
  { now }: Pick<HolderDeps, 'now'>,
  act: ChequeAct & { readonly to: Payee },
): Promise<ChequeActResult> {
  return actOn(db, act, async (trx, cheque) => {
    if (cheque.state !== 'needs-address' && cheque.state !== 'queued') return false;
    await addressCheque(trx, cheque, act.to, { byId: act.agentId, at: now() });
    return true;
  });
}

/** Who sent money that belongs to no account is told by the cheque itself. */
async function tell(trx: Database, deps: Deps, cheque: Cheque, what: string, news: RefundNews): Promise<void> {
  const { accountId } = cheque;
  if (accountId !== undefined) await tellHolder(trx, deps, { key: keyOf(cheque, what), accountId, news });
}
