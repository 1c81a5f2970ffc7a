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
  readonly decided?: ContradictionDecision;
}

/** Captured: the agent found that the gateway had taken the money, and it was posted. */
export interface ContradictionDecision {
  readonly kind: 'looked-at' | 'captured';
  readonly byId: string;
  readonly reason: string;
  readonly at: Date;
}

const toContradiction = (row: Selectable<DepositContradictionTable>): DepositContradiction => ({
  ...{ depositId: row.depositId, ours: row.ours, theirs: row.theirs, at: row.at },
  ...(row.eventId !== null && { eventId: row.eventId }),
  ...(row.decidedAt && {
    decided: {
      kind: row.decision ?? 'looked-at',
      byId: row.decidedById ?? '',
      reason: row.decisionReason ?? '',
      at: row.decidedAt,
    },
  }),
});

/**
 * Writes it down, if nobody did: there is one at a time for each deposit, and what was decided stays decided, however often the gateway tells
 * the same again. What it says otherwise than then is another one. The caller holds the deposit's row.
 */
export async function addContradiction(
  trx: Database,
  { eventId, ...contradiction }: Omit<DepositContradiction, 'decided'>,
): Promise<void> {
  const there = trx.selectFrom('depositContradiction').select('depositId');
  const known = there.where('depositId', '=', contradiction.depositId).where((eb) => {
    const same = eb.and([eb('ours', '=', contradiction.ours), eb('theirs', '=', contradiction.theirs)]);
    return eb.or([eb('decidedAt', 'is', null), same]);
  });
  if (await known.executeTakeFirst()) return;
  const row = { ...contradiction, eventId: eventId ?? null };
  await trx.insertInto('depositContradiction').values(row).execute();
}

/** The open one, or the last that was decided. `lock`: nobody else decides it until the transaction ends. */
export async function findContradiction(
  db: Database,
  depositId: string,
  options: { readonly lock?: boolean } = {},
): Promise<DepositContradiction | undefined> {
  const all = db.selectFrom('depositContradiction').selectAll().where('depositId', '=', depositId);
  let query = all.orderBy('id', 'desc').limit(1);
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

/** Ends the open one of a deposit, whose row the caller holds. */
export async function decideContradiction(
  trx: Database,
  depositId: string,
  { kind, byId, reason, at }: ContradictionDecision,
): Promise<void> {
  const decided = { decision: kind, decidedById: byId, decisionReason: reason, decidedAt: at };
  const update = trx.updateTable('depositContradiction').set(decided).where('depositId', '=', depositId);
  await update.where('decidedAt', 'is', null).execute();
}
