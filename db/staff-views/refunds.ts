import { sql } from 'kysely';
import { refunds, toRefund, type CardRefund, type CardRefundState } from '../card-refunds.ts';
import { cheques, toCheque, type Cheque, type ChequeState } from '../cheques.ts';
import type { Database } from '../connect.ts';

export interface WhichRefunds {
  readonly state: CardRefundState;
  /** The last of the page before. */
  readonly after?: { readonly at: Date; readonly id: string } | undefined;
  readonly most: number;
}

/** Refunds to cards in one state, the newest first. */
export function refundsQuery(db: Database, { state, after, most }: WhichRefunds) {
  let query = refunds(db).where('cardRefund.state', '=', sql.lit(state));
  if (after !== undefined)
    query = query.where((eb) => eb(eb.refTuple('madeAt', 'cardRefund.id'), '<', eb.tuple(after.at, after.id)));
  return query.orderBy('madeAt', 'desc').orderBy('cardRefund.id', 'desc').limit(sql.lit(most));
}

export const listedRefunds = async (db: Database, which: WhichRefunds): Promise<CardRefund[]> =>
  (await refundsQuery(db, which).execute()).map(toRefund);

export interface WhichCheques {
  /** In question: whatever their state. */
  readonly state: Exclude<ChequeState, 'cashed'> | 'in-question';
  readonly after?: string | undefined;
  readonly most: number;
}

/** Cheques in one state, the oldest first: in that order they are worked off. */
export function chequesQuery(db: Database, { state, after, most }: WhichCheques) {
  let query = cheques(db);
  query =
    state === 'in-question'
      ? query.where(sql<boolean>`in_question`)
      : // As text, so that it is planned for this state; the second in the very words of the index, which is else not used.
        query.where('state', '=', sql.lit(state)).where('state', '<>', sql.lit('cashed'));
  return query
    .where('id', '>', after ?? '0')
    .orderBy('id')
    .limit(sql.lit(most));
}

export const listedCheques = async (db: Database, which: WhichCheques): Promise<Cheque[]> =>
  (await chequesQuery(db, which).execute()).map(toCheque);
