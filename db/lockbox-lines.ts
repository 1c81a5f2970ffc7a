import type { Database } from './connect.ts';
import type { LockboxLineState } from './lockbox.ts';

export interface LockboxLine {
  readonly line: number;
  readonly cents: number;
  readonly state: LockboxLineState;
  /** Why it was rejected or is in suspense. */
  readonly reason?: string;
  readonly paymentId?: string;
  readonly decided?: LineDecision;
}

/** Who decided about a rejected line. */
export interface LineDecision {
  readonly byId: string;
  readonly reason: string;
  readonly at: Date;
}

const lines = (db: Database) =>
  db
    .selectFrom('lockboxLine')
    .select(['line', 'cents', 'state', 'reason', 'paymentId', 'decidedById', 'decisionReason', 'decidedAt']);

type LineRow = Awaited<ReturnType<ReturnType<typeof lines>['executeTakeFirstOrThrow']>>;

const toLine = ({ line, cents, state, ...row }: LineRow): LockboxLine => ({
  ...{ line, cents: Number(cents), state },
  ...(row.reason !== null && { reason: row.reason }),
  ...(row.paymentId !== null && { paymentId: row.paymentId }),
  ...(row.decidedAt && {
    decided: { byId: row.decidedById ?? '', reason: row.decisionReason ?? '', at: row.decidedAt },
  }),
});

/** A line that nobody else decides until the transaction ends, and the bank's key of it if it could be read. */
export async function lockLine(
  trx: Database,
  fileId: string,
  line: number,
): Promise<(LockboxLine & { readonly itemKey?: string }) | undefined> {
  const query = lines(trx).select('itemKey').where('fileId', '=', fileId).where('line', '=', line);
  const row = await query.forNoKeyUpdate().executeTakeFirst();
  return row && { ...toLine(row), ...(row.itemKey !== null && { itemKey: row.itemKey }) };
}

/** Ends a rejected line, whose row the caller holds. `paymentId`: it was entered; else it is dismissed. */
export async function decideLine(
  trx: Database,
  { fileId, line, paymentId }: { readonly fileId: string; readonly line: number; readonly paymentId?: string },
  { byId, reason, at }: LineDecision,
): Promise<void> {
  const decided = { decidedById: byId, decisionReason: reason, decidedAt: at };
  const end = paymentId === undefined ? { state: 'dismissed' as const } : { state: 'entered' as const, paymentId };
  const update = trx.updateTable('lockboxLine').where('fileId', '=', fileId).where('line', '=', line);
  await update.set({ ...end, ...decided }).execute();
}

/** Lines of a file that are in this state, in their order; those after line `after`. */
export async function linesIn(
  db: Database,
  fileId: string,
  state: LockboxLineState,
  page: { readonly after?: number; readonly limit?: number } = {},
): Promise<LockboxLine[]> {
  const there = lines(db)
    .where('fileId', '=', fileId)
    .where('state', '=', state)
    .where('line', '>', page.after ?? 0);
  return (
    await there
      .orderBy('line')
      .limit(page.limit ?? 1_000)
      .execute()
  ).map(toLine);
}
