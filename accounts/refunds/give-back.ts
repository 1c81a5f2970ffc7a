import { randomUUID } from 'node:crypto';
import { addCardRefund, cardRefundsOf, type CardRefund, type RefundCause } from '#db/card-refunds.ts';
import { addCheque, findCheques, type Cheque } from '#db/cheques.ts';
import type { Database } from '#db/connect.ts';
import { dueDays } from './due-days.ts';
import type { HolderDeps } from './ports.ts';
import type { Split } from './split.ts';

/** Money on its way back to a holder. */
export interface GivenBack {
  readonly cards: readonly CardRefund[];
  readonly cheques: readonly Cheque[];
}

/**
 * Writes down what goes back and how, in the transaction whose posting (`postingId`) put the money into refunds-payable. The caller holds the
 * account's row.
 */
export async function giveBack(
  trx: Database,
  { now, payeeOf }: Pick<HolderDeps, 'now' | 'payeeOf'>,
  order: {
    readonly accountId: string;
    readonly cause: Exclude<RefundCause, 'after-closing'>;
    readonly postingId: string;
    readonly split: Split;
    readonly byId: string;
  },
): Promise<GivenBack> {
  const { accountId, cause, postingId, split, byId } = order;
  const madeAt = now();
  const due = await dueDays(trx, madeAt);
  for (const { depositId, cents } of split.cards)
    await addCardRefund(trx, {
      id: randomUUID(),
      accountId,
      cause,
      postingId,
      depositId,
      cents,
      due: due.card,
      madeAt,
    });
  if (split.chequeCents > 0) {
    const to = await payeeOf(trx, accountId);
    const cheque = { accountId, cause, postingId, cents: split.chequeCents, due: due.cheque, madeAt };
    await addCheque(trx, { ...cheque, to, byId });
  }
  return givenBackBy(trx, postingId);
}

/** What the posting that put money into refunds-payable gave to whom, as it stands now. */
export async function givenBackBy(db: Database, postingId: string): Promise<GivenBack> {
  return { cards: await cardRefundsOf(db, { postingId }), cheques: await findCheques(db, { postingId }) };
}
