import type { CardRefund } from '#db/card-refunds.ts';
import { addCheque } from '#db/cheques.ts';
import type { Database } from '#db/connect.ts';
import { post, type Posting } from '#db/ledger.ts';
import { dueDays } from './due-days.ts';
import { tellHolder } from './notices.ts';
import type { HolderDeps } from './ports.ts';

/** The money left by the card: what was owed is owed no more, and the gateway owes us so much less. */
export async function postRefunded(
  trx: Database,
  refund: CardRefund,
  kind: 'card-refund' | 'card-charged-back',
  at: Date,
): Promise<Posting> {
  const { id, accountId, depositId, cents, card } = refund;
  return post(trx, {
    key: `${kind} ${id}`,
    kind,
    at,
    entries: [
      { ledger: 'refunds-payable', cents: -cents },
      { ledger: 'card-clearing', cents },
    ],
    memo: { accountId, depositId, refundId: id, brand: card.brand, lastFour: card.lastFour },
  });
}

/** The bank gave it back: it is owed again, and so much more is with the gateway. */
export async function postRefundFailed(trx: Database, refund: CardRefund, at: Date): Promise<Posting> {
  const { id, accountId, depositId, cents, card } = refund;
  return post(trx, {
    ...{ key: `card-refund-failed ${id}`, kind: 'card-refund-failed', at },
    entries: [
      { ledger: 'card-clearing', cents: -cents },
      { ledger: 'refunds-payable', cents },
    ],
    memo: { accountId, depositId, refundId: id, brand: card.brand, lastFour: card.lastFour },
  });
}

export async function tellRefunded(
  trx: Database,
  deps: HolderDeps,
  { id, accountId, cents, card: { lastFour } }: CardRefund,
  reference: string,
): Promise<void> {
  const news = { kind: 'card-refunded', cents, lastFour, reference } as const;
  await tellHolder(trx, deps, { key: `card-refund ${id}`, accountId, news });
}

/** A cheque instead of a refund that the bank did not take; the money stays in refunds-payable until it is mailed. */
export async function payByCheque(trx: Database, deps: HolderDeps, refund: CardRefund, byId: string): Promise<void> {
  const { id, accountId, postingId, cents, card } = refund;
  const madeAt = deps.now();
  const due = (await dueDays(trx, madeAt)).cheque;
  const to = await deps.payeeOf(trx, accountId);
  const cheque = { accountId, cause: 'card-declined', postingId, cardRefundId: id, cents, due, madeAt } as const;
  await addCheque(trx, { ...cheque, to, byId });
  const news = { kind: 'card-refund-by-cheque', cents, lastFour: card.lastFour, due } as const;
  const key = `card-refund-by-cheque ${id}`;
  await tellHolder(trx, deps, { key, accountId, news: { ...news, addressKnown: to !== undefined } });
}
