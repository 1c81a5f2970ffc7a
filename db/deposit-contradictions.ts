import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { DepositContradictionTable } from './schema/deposits.ts';

/** A deposit of which our books and the card gateway say different things. */
export interface DepositContradiction {
  readonly depositId: string;
  readonly ours: 'captured' | 'declined';
  readonly theirs: 'captured' | 'declined' | 'absent';
  /** The gateway's event that led to it. */
  readonly eventId?: string;
  readonly at: Date;
  readonly decided?: { readonly byId: string; readonly reason: string; readonly at: Date };
}

const toContradiction = (row: Selectable<DepositContradictionTable>): DepositContradiction => ({
  ...{ depositId: row.depositId, ours: row.ours, theirs: row.theirs, at: row.at },
  ...(row.eventId !== null && { eventId: row.eventId }),
  ...(row.decidedAt && {
    decided: { byId: row.decidedById ?? '', reason: row.decisionReason ?? '', at: row.decidedAt },
  }),
});

/** Writes it down, once for each deposit: what was decided stays decided, however often the gateway tells it again. */
export async function addContradiction(
  db: Database,
  { eventId, ...contradiction }: Omit<DepositContradiction, 'decided'>,
): Promise<void> {
  await db
    .insertInto('depositContradiction')
    .values({ ...contradiction, eventId: eventId ?? null })
    .onConflict((conflict) => conflict.column('depositId').doNothing())
    .execute();
}

/** `lock`: nobody else decides it until the transaction ends. */
export async function findContradiction(
  db: Database,
  depositId: string,
  options: { readonly lock?: boolean } = {},
): Promise<DepositContradiction | undefined> {
  let query = db.selectFrom('depositContradiction').selectAll().where('depositId', '=', depositId);
  if (options.lock) query = query.forNoKeyUpdate();
  const row = await query.executeTakeFirst();
  return row && toContradiction(row);
}

/** What nobody has decided, the oldest first. */
export async function openContradictions(db: Database, limit = 100): Promise<DepositContradiction[]> {
  const query = db.selectFrom('depositContradiction').selectAll().where('decidedAt', 'is', null);
  return (await query.orderBy('at').orderBy('depositId').limit(limit).execute()).map(toContradiction);
}

export async function countContradictions(db: Database): Promise<number> {
  const query = db.selectFrom('depositContradiction').where('decidedAt', 'is', null);
  const { many } = await query.select((eb) => eb.fn.countAll<string>().as('many')).executeTakeFirstOrThrow();
  return Number(many);
}

/** The caller holds the row. */
export async function decideContradiction(
  trx: Database,
  depositId: string,
  { byId, reason, at }: NonNullable<DepositContradiction['decided']>,
): Promise<void> {
  const decided = { decidedById: byId, decisionReason: reason, decidedAt: at };
  await trx.updateTable('depositContradiction').set(decided).where('depositId', '=', depositId).execute();
}
