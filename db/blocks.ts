import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { BlockTable } from './schema/destinations.ts';

export type ActorKind = 'called-party-key' | 'phone-line' | 'web' | 'agent' | 'closing';

/** Who places or lifts a block. */
export interface Actor {
  readonly kind: ActorKind;
  /** The agent, the web user, the account. */
  readonly id?: string;
  readonly callId?: string;
}

/** One facility's calls, or all. */
export type BlockScope = { readonly facilityId: string } | 'all';

export interface Block {
  readonly id: string;
  /** E.164: the number that is not to be called. */
  readonly number: string;
  readonly scope: BlockScope;
  readonly placed: { readonly by: Actor; readonly at: Date; readonly reason: string };
  readonly lifted?: { readonly by: Actor; readonly at: Date; readonly reason: string };
}

export const actorOf = (kind: ActorKind, id: string | null, callId: string | null): Actor => ({
  kind,
  ...(id !== null && { id }),
  ...(callId !== null && { callId }),
});

const toBlock = (row: Selectable<BlockTable>): Block => ({
  id: row.id,
  number: row.number,
  scope: row.facilityId === null ? 'all' : { facilityId: row.facilityId },
  placed: { by: actorOf(row.placedBy, row.placedById, row.placedInCall), at: row.placedAt, reason: row.reason },
  ...(row.liftedBy &&
    row.liftedAt && {
      lifted: {
        by: actorOf(row.liftedBy, row.liftedById, row.liftedInCall),
        at: row.liftedAt,
        reason: row.liftReason ?? '',
      },
    }),
});

const facilityOf = (scope: BlockScope) => (scope === 'all' ? null : scope.facilityId);

/**
 * Places a block, unless an active one of this number and scope is there already: that one stays, with who placed it.
 * When this returns outside a transaction, the block is on disk.
 */
export async function placeBlock(
  db: Database,
  block: {
    readonly number: string;
    readonly scope: BlockScope;
    readonly by: Actor;
    readonly reason: string;
    readonly at?: Date;
  },
): Promise<'placed' | 'already-blocked'> {
  const { number, scope, by, reason, at = new Date() } = block;
  const result = await db
    .insertInto('block')
    .values({
      number,
      facilityId: facilityOf(scope),
      placedBy: by.kind,
      placedById: by.id ?? null,
      placedInCall: by.callId ?? null,
      placedAt: at,
      reason,
    })
    .onConflict((conflict) => conflict.columns(['number', 'facilityId']).where('liftedAt', 'is', null).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n ? 'placed' : 'already-blocked';
}

/** Whether this press of the key in this call has placed its block, whatever became of that since. */
export async function wasPlaced(
  db: Database,
  press: { readonly number: string; readonly facilityId: string; readonly callId: string; readonly at: Date },
): Promise<boolean> {
  const { number, facilityId, callId, at } = press;
  const row = await db
    .selectFrom('block')
    .select('id')
    .where('number', '=', number)
    .where('facilityId', '=', facilityId)
    .where('placedInCall', '=', callId)
    .where('placedAt', '=', at)
    .executeTakeFirst();
  return row !== undefined;
}

/** The active block of this number and scope. `lock`: nobody else changes it until the transaction ends. */
export async function activeBlock(
  db: Database,
  number: string,
  scope: BlockScope,
  options: { readonly lock?: boolean } = {},
): Promise<Block | undefined> {
  const query = activeBlockQuery(db, number, scope);
  const row = await (options.lock ? query.forUpdate() : query).executeTakeFirst();
  return row && toBlock(row);
}

/** One block, active or lifted. `lock`: nobody else changes it until the transaction ends. */
export async function findBlock(
  db: Database,
  id: string,
  options: { readonly lock?: boolean } = {},
): Promise<Block | undefined> {
  const query = db.selectFrom('block').selectAll().where('id', '=', id);
  const row = await (options.lock ? query.forUpdate() : query).executeTakeFirst();
  return row && toBlock(row);
}

/** Found by an index: the test reads the plan. */
export const activeBlockQuery = (db: Database, number: string, scope: BlockScope) =>
  db
    .selectFrom('block')
    .selectAll()
    .where('number', '=', number)
    .where('liftedAt', 'is', null)
    .where('facilityId', 'is not distinct from', facilityOf(scope));

/** Lifts one block if it is still active, and tells whether it was. Who may is the caller's to know (#accounts/blocks.ts). */
export async function liftBlock(
  db: Database,
  blockId: string,
  lift: { readonly by: Actor; readonly reason: string; readonly at?: Date },
): Promise<boolean> {
  const { by, reason, at = new Date() } = lift;
  const result = await db
    .updateTable('block')
    .set({
      liftedBy: by.kind,
      liftedById: by.id ?? null,
      liftedInCall: by.callId ?? null,
      // The clocks of two processes may differ by a little; a lift is never before its block.
      liftedAt: sql<Date>`greatest(${at}::timestamptz, placed_at)`,
      liftReason: reason,
    })
    .where('id', '=', blockId)
    .where('liftedAt', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Every block a number ever had, the newest first. */
export async function blockHistory(db: Database, number: string, limit = 100): Promise<Block[]> {
  const query = db.selectFrom('block').selectAll().where('number', '=', number);
  return (await query.orderBy('placedAt', 'desc').orderBy('id', 'desc').limit(limit).execute()).map(toBlock);
}
