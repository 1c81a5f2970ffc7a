import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Database } from './connect.ts';
import type { ReceivableTable } from './schema/payments.ts';

/** What is owed for a payment that the bank took back after it was spent. */
export interface Receivable {
  readonly id: string;
  readonly paymentId: string;
  /** Absent: the payment was sent back before. */
  readonly accountId?: string;
  readonly cents: number;
  /** Made good or given up. */
  readonly settledCents: number;
  readonly madeAt: Date;
}

export interface ReceivableEvent {
  readonly receivableId: string;
  readonly key: string;
  readonly requestHash: string;
  readonly kind: 'recovered' | 'waived';
  readonly cents: number;
  readonly byId: string;
  readonly reason: string;
  readonly postingId?: string;
  readonly at: Date;
}

const toReceivable = ({ accountId, cents, settledCents, ...row }: Selectable<ReceivableTable>): Receivable => ({
  ...{ ...row, cents: Number(cents), settledCents: Number(settledCents) },
  ...(accountId !== null && { accountId }),
});

export async function addReceivable(
  trx: Database,
  { accountId, cents, ...rest }: Omit<Receivable, 'id' | 'settledCents'>,
): Promise<void> {
  const row = { ...rest, cents: String(cents), accountId: accountId ?? null };
  await trx.insertInto('receivable').values(row).execute();
}

/** `lock`: nobody else settles it until the transaction ends. */
export async function findReceivable(
  db: Database,
  by: { readonly id: string } | { readonly paymentId: string },
  options: { readonly lock?: boolean } = {},
): Promise<Receivable | undefined> {
  const [column, value] = 'id' in by ? (['id', by.id] as const) : (['paymentId', by.paymentId] as const);
  let query = db.selectFrom('receivable').selectAll().where(column, '=', value);
  if (options.lock) query = query.forNoKeyUpdate();
  const row = await query.executeTakeFirst();
  return row && toReceivable(row);
}

/** What is open still, the oldest first. */
export async function openReceivables(
  db: Database,
  page: { readonly accountId?: string; readonly after?: string; readonly limit?: number } = {},
): Promise<Receivable[]> {
  let query = db.selectFrom('receivable').selectAll().whereRef('settledCents', '<', 'cents');
  query = query.where('id', '>', page.after ?? '0');
  if (page.accountId !== undefined) query = query.where('accountId', '=', page.accountId);
  return (
    await query
      .orderBy('id')
      .limit(page.limit ?? 100)
      .execute()
  ).map(toReceivable);
}

/** Writes down what was made good or given up. The caller holds the receivable's row. */
export async function settleReceivable(trx: Database, event: ReceivableEvent): Promise<void> {
  const { key, cents, postingId, ...rest } = event;
  const row = { ...rest, idempotencyKey: key, cents: String(cents), postingId: postingId ?? null };
  await trx.insertInto('receivableEvent').values(row).execute();
  const settled = sql<string>`settled_cents + ${cents}`;
  const update = trx.updateTable('receivable').set({ settledCents: settled });
  await update.where('id', '=', event.receivableId).execute();
}

export async function findReceivableEvent(db: Database, key: string): Promise<ReceivableEvent | undefined> {
  const columns = ['receivableId', 'idempotencyKey', 'requestHash', 'kind', 'cents', 'byId', 'reason', 'postingId', 'at'] as const; // prettier-ignore
  const query = db.selectFrom('receivableEvent').select(columns).where('idempotencyKey', '=', key);
  const row = await query.executeTakeFirst();
  if (!row) return undefined;
  const { idempotencyKey, cents, postingId, ...rest } = row;
  return { ...rest, key: idempotencyKey, cents: Number(cents), ...(postingId !== null && { postingId }) };
}
