import type { Database } from '../connect.ts';

/** A phone that the desk rings, or a supervisor's who called it, as far as it is known: what a restarted process needs to end it. */
export interface DeskLeg {
  readonly id: string;
  readonly entryId: string;
  readonly side: 'agent' | 'family' | 'supervisor';
  /** The process that rings it. */
  readonly node: string;
  readonly sipCallId: string;
  readonly localTag: string;
  readonly dialogId: string;
  readonly endpointUuid: string;
  /** Once the INVITE has left. */
  readonly transactionId?: string;
  /** Once it has answered. */
  readonly remoteTag?: string;
  readonly remoteTarget?: string;
}

type Planned = Omit<DeskLeg, 'transactionId' | 'remoteTag' | 'remoteTarget'> & { readonly plannedAt: Date };

/** Before its INVITE leaves; by another route, the same leg is planned anew. */
export async function planDeskLeg(db: Database, leg: Planned): Promise<void> {
  const anew = { ...leg, transactionId: null, remoteTag: null, remoteTarget: null, endedAt: null };
  const insert = db.insertInto('deskLeg').values(anew);
  await insert.onConflict((conflict) => conflict.column('id').doUpdateSet(anew)).execute();
}

/** What became known of it. */
export async function updateDeskLeg(
  db: Database,
  id: string,
  known: Partial<
    Pick<DeskLeg, 'transactionId' | 'dialogId' | 'endpointUuid' | 'localTag' | 'remoteTag' | 'remoteTarget'>
  >,
): Promise<void> {
  await db.updateTable('deskLeg').set(known).where('id', '=', id).execute();
}

/** The first ending stays. */
export async function endDeskLeg(db: Database, id: string, at: Date): Promise<void> {
  await db.updateTable('deskLeg').set({ endedAt: at }).where('id', '=', id).where('endedAt', 'is', null).execute();
}

/** Those that a process of this name left open. */
export async function openDeskLegsOf(db: Database, node: string): Promise<DeskLeg[]> {
  const query = db.selectFrom('deskLeg').selectAll().where('node', '=', node).where('endedAt', 'is', null);
  return (await query.orderBy('plannedAt').orderBy('id').execute()).map((row) => ({
    ...{ id: row.id, entryId: row.entryId, side: row.side, node: row.node, sipCallId: row.sipCallId },
    ...{ localTag: row.localTag, dialogId: row.dialogId, endpointUuid: row.endpointUuid },
    ...(row.transactionId !== null && { transactionId: row.transactionId }),
    ...(row.remoteTag !== null && { remoteTag: row.remoteTag }),
    ...(row.remoteTarget !== null && { remoteTarget: row.remoteTarget }),
  }));
}
