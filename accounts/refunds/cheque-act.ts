import { lockCheque, type Cheque } from '#db/cheques.ts';
import type { Database } from '#db/connect.ts';
import { inTransaction } from '#db/in-transaction.ts';
import { post, type Entry, type Posting } from '#db/ledger.ts';

/** Who does something with a cheque. */
export interface ChequeAct {
  readonly chequeId: string;
  readonly agentId: string;
}

/** 'wrong-state': somebody did something else before; it is as `cheque` says. The same act again is 'done'. */
export type ChequeActResult =
  | { readonly kind: 'done'; readonly cheque: Cheque }
  | { readonly kind: 'wrong-state'; readonly cheque: Cheque }
  /** Another cheque has this number. */
  | { readonly kind: 'number-taken' }
  /** Its money bounced: an agent decides first (question-cheques.ts). */
  | { readonly kind: 'in-question' }
  | { readonly kind: 'unknown-cheque' };

/** One act after the other on a cheque. `work`: whether it was done, or was so before. */
export async function actOn(
  db: Database,
  { chequeId }: ChequeAct,
  work: (trx: Database, cheque: Cheque) => Promise<boolean | 'number-taken' | 'in-question'>,
): Promise<ChequeActResult> {
  return inTransaction(db, async (trx): Promise<ChequeActResult> => {
    const cheque = await lockCheque(trx, chequeId);
    if (!cheque) return { kind: 'unknown-cheque' };
    const done = await work(trx, cheque);
    if (typeof done === 'string') return { kind: done };
    return { kind: done ? 'done' : 'wrong-state', cheque: (await lockCheque(trx, chequeId)) ?? cheque };
  });
}

/** Of a posting or a notice: each step of each attempt once. */
export const keyOf = ({ id, attempt }: Cheque, what: string): string => `cheque ${id} ${what} ${attempt}`;

type House = 'refunds-payable' | 'cheque-clearing' | 'bank-clearing' | 'unclaimed';

/** Moves what a cheque is for from one of the house's accounts to another. */
export async function move(
  trx: Database,
  cheque: Cheque,
  what: string,
  [from, to]: readonly [House, House],
  at: Date,
): Promise<Posting> {
  const { id, accountId, cents, attempt } = cheque;
  const entries: Entry[] = [
    { ledger: from, cents: -cents },
    { ledger: to, cents },
  ];
  const memo = { chequeId: id, ...(accountId !== undefined && { accountId }), attempt };
  return post(trx, { key: keyOf(cheque, what), kind: `cheque-${what}`, at, entries, memo });
}
