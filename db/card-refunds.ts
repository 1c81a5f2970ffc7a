import { sql } from 'kysely';
import type { Database } from './connect.ts';
import { addToOutbox } from './outbox.ts';

export const REFUND = 'refund';
/** Topic of the outbox: a refund may have failed, perhaps one that was carried out; the gateway told so, or is to be asked. */
export const REFUND_FAILED = 'refund-failed';

/** Closing: of the balance. After-closing: a deposit that came too late. Agent: decided by one. Claimed: funds that had been unclaimed. */
export type RefundCause = 'closing' | 'after-closing' | 'agent' | 'claimed';
/**
 * Due: never asked. Asking: the gateway may have been asked. In question: its books are not ours, an agent decides. Charged back: the bank took
 * the money from us by itself.
 */
export type CardRefundState = 'due' | 'asking' | 'refunded' | 'declined' | 'in-question' | 'charged-back';

/** ISO days, both included. */
export interface DueDays {
  readonly from: string;
  readonly until: string;
}

export interface CardRefund {
  /** Also the idempotency key at the gateway. */
  readonly id: string;
  readonly accountId: string;
  readonly cause: RefundCause;
  /** What put the money into refunds-payable. */
  readonly postingId: string;
  readonly depositId: string;
  readonly cents: number;
  readonly state: CardRefundState;
  readonly due: DueDays;
  readonly madeAt: Date;
  /** When the gateway may have been asked for the first time. */
  readonly askedAt?: Date;
  /** When it was carried out, or found not to be. */
  readonly endedAt?: Date;
  /** As the gateway calls what it carried out. */
  readonly gatewayRefundId?: string;
  /** When one that was carried out is looked at again. */
  readonly lookAgainAt?: Date;
  /** Why the bank did not take it, or why it was in question. */
  readonly declineReason?: string;
  /** By an agent, when it was in question. */
  readonly decided?: { readonly byId: string; readonly reason: string };
  readonly card: { readonly brand: string; readonly lastFour: string };
  /** The charge, as the gateway called it. */
  readonly gatewayId: string;
}

export type NewCardRefund = Pick<
  CardRefund,
  'id' | 'accountId' | 'cause' | 'postingId' | 'depositId' | 'cents' | 'due' | 'madeAt'
>;

/** Writes it and gives the work out. Throws StatementRefused (refund_within_deposit) when it is more than is left of the deposit. */
export async function addCardRefund(trx: Database, { due, cents, ...refund }: NewCardRefund): Promise<void> {
  const row = { ...refund, cents: String(cents), dueFrom: due.from, dueUntil: due.until };
  await trx.insertInto('cardRefund').values(row).execute();
  await addToOutbox(trx, REFUND, { refundId: refund.id });
}

/** Refunds as toRefund() reads them. */
export const refunds = (db: Database) =>
  db
    .selectFrom('cardRefund')
    .innerJoin('deposit', 'deposit.id', 'cardRefund.depositId')
    .select([
      ...(['cardRefund.id', 'cardRefund.accountId', 'cause', 'cardRefund.postingId', 'depositId'] as const),
      ...(['cardRefund.cents', 'cardRefund.state', 'madeAt', 'askedAt', 'cardRefund.declineReason'] as const),
      ...(['cardBrand', 'cardLastFour', 'gatewayId', 'decidedById', 'decisionReason'] as const),
      ...(['endedAt', 'gatewayRefundId', 'lookAgainAt'] as const),
      sql<string>`to_char(due_from, 'YYYY-MM-DD')`.as('dueFrom'),
      sql<string>`to_char(due_until, 'YYYY-MM-DD')`.as('dueUntil'),
    ]);

type Row = Awaited<ReturnType<ReturnType<typeof refunds>['executeTakeFirstOrThrow']>>;

export function toRefund(row: Row): CardRefund {
  const { cents, dueFrom, dueUntil, declineReason, cardBrand, cardLastFour, gatewayId, ...others } = row;
  const { askedAt, decidedById, decisionReason, endedAt, gatewayRefundId, lookAgainAt, ...refund } = others;
  return {
    ...refund,
    cents: Number(cents),
    due: { from: dueFrom, until: dueUntil },
    card: { brand: cardBrand, lastFour: cardLastFour },
    gatewayId: gatewayId ?? '',
    ...(askedAt && { askedAt }),
    ...(endedAt && { endedAt }),
    ...(gatewayRefundId !== null && { gatewayRefundId }),
    ...(lookAgainAt && { lookAgainAt }),
    ...(declineReason !== null && { declineReason }),
    ...(decidedById !== null && { decided: { byId: decidedById, reason: decisionReason ?? '' } }),
  };
}

/** `lock`: nobody else ends it until the transaction ends. */
export async function findCardRefund(
  db: Database,
  id: string,
  options: { readonly lock?: boolean } = {},
): Promise<CardRefund | undefined> {
  let query = refunds(db).where('cardRefund.id', '=', id);
  if (options.lock) query = query.forNoKeyUpdate('cardRefund');
  const row = await query.executeTakeFirst();
  return row && toRefund(row);
}

/** What one posting gave to cards, in the order it was split. */
export async function cardRefundsOf(
  db: Database,
  by: { postingId: string } | { accountId: string },
): Promise<CardRefund[]> {
  const [column, value] =
    'postingId' in by
      ? (['cardRefund.postingId', by.postingId] as const)
      : (['cardRefund.accountId', by.accountId] as const);
  const query = refunds(db).where(column, '=', value);
  return (await query.orderBy('madeAt', 'desc').orderBy('cardRefund.id').execute()).map(toRefund);
}

/** Whether the gateway was never asked before; from now on it may have been. */
export async function takeCardRefund(trx: Database, id: string, at: Date): Promise<void> {
  const asking = {
    state: 'asking' as const,
    asked: sql<number>`asked + 1`,
    askedAt: sql<Date>`coalesce(asked_at, ${at}::timestamptz)`,
  };
  await trx.updateTable('cardRefund').set(asking).where('id', '=', id).execute();
}

/** By whom one that was in question was ended, and how they know. */
interface Decision {
  readonly decidedById: string;
  readonly decisionReason: string;
}

export type RefundEnd =
  | ({
      readonly state: 'refunded';
      readonly gatewayRefundId: string;
      readonly refundPostingId: string;
      readonly lookAgainAt?: Date;
    } & Partial<Decision>)
  | ({ readonly state: 'declined'; readonly declineReason: string } & Partial<Decision>)
  | { readonly state: 'in-question'; readonly declineReason: string }
  | ({ readonly state: 'charged-back'; readonly refundPostingId: string } & Decision);

export async function endCardRefund(trx: Database, id: string, end: RefundEnd, at: Date): Promise<void> {
  await trx
    .updateTable('cardRefund')
    .set({ ...end, endedAt: at })
    .where('id', '=', id)
    .execute();
}

/** One that had been refunded, and that the gateway took back. It keeps the id under which it was refunded. */
export async function failCardRefund(
  trx: Database,
  id: string,
  failed: { readonly declineReason: string; readonly failedPostingId: string; readonly failedAt: Date },
): Promise<void> {
  await trx
    .updateTable('cardRefund')
    .set({ ...failed, state: 'declined', lookAgainAt: null })
    .where('id', '=', id)
    .execute();
}

/** The gateway told at `at` that one that had been carried out failed: it is looked at, however long that takes. */
export async function lookAtOnce(trx: Database, id: string, at: Date): Promise<void> {
  const refund = trx.updateTable('cardRefund').set({ lookAgainAt: at }).where('id', '=', id);
  await refund.where('state', '=', 'refunded').execute();
}

/** It was looked at, and stands. What was told since it was `seen` stays to be looked at. */
export async function lookAgain(
  db: Database,
  { id, lookAgainAt: seen }: Pick<CardRefund, 'id' | 'lookAgainAt'>,
  next: Date | undefined,
): Promise<void> {
  const refund = db
    .updateTable('cardRefund')
    .set({ lookAgainAt: next ?? null })
    .where('id', '=', id);
  await refund
    .where('state', '=', 'refunded')
    .where('lookAgainAt', 'is not distinct from', seen ?? null)
    .execute();
}

/** Those whose time to be looked at again had come by `at`, the earliest first. */
export async function refundsToLookAt(db: Database, at: Date, limit = 100): Promise<string[]> {
  const query = db.selectFrom('cardRefund').select('id').where('lookAgainAt', '<=', at);
  return (await query.orderBy('lookAgainAt').limit(limit).execute()).map(({ id }) => id);
}

/** Whether a refund of the gateway's is one of ours already. */
export async function hasGatewayRefund(db: Database, gatewayRefundId: string): Promise<boolean> {
  const query = db.selectFrom('cardRefund').select('id').where('gatewayRefundId', '=', gatewayRefundId);
  return (await query.executeTakeFirst()) !== undefined;
}

/** Not ended, made before `before`: their job was lost or ran out of attempts. Those asked least come first. */
export async function openCardRefunds(db: Database, before: Date, limit = 100): Promise<string[]> {
  const query = db.selectFrom('cardRefund').select('id').where('endedAt', 'is', null).where('madeAt', '<=', before);
  return (await query.orderBy('asked').orderBy('madeAt').limit(limit).execute()).map(({ id }) => id);
}

/** What an agent has to look at: the gateway's books are not ours. */
export async function refundsInQuestion(db: Database, limit = 100): Promise<CardRefund[]> {
  const query = refunds(db).where('cardRefund.state', '=', 'in-question');
  return (await query.orderBy('madeAt').limit(limit).execute()).map(toRefund);
}
