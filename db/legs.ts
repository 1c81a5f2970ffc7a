import type { Selectable } from 'kysely';
import type { Side } from './calls.ts';
import type { Database } from './connect.ts';
import type { LegTable } from './schema/calls.ts';

/** One party's dialog and endpoint, as far as they are known: what a restarted process needs to end them. */
export interface LegRef {
  readonly sipCallId: string;
  readonly localTag?: string;
  readonly remoteTag?: string;
  readonly dialogId?: string;
  readonly remoteTarget?: string;
  readonly endpointUuid?: string;
  /** The SIP server's own id of the INVITE that was sent. */
  readonly transactionId?: string;
}

export interface Leg extends LegRef {
  readonly callId: string;
  readonly side: Side;
}

/** A call that was open when somebody looked, with every leg it ever had. */
export interface CallToRecover {
  readonly id: string;
  readonly facilityId: string;
  readonly node: string;
  readonly personId?: string;
  readonly number?: string;
  readonly offHookAt: Date;
  readonly legs: ReadonlyArray<LegRef & { readonly side: Side }>;
}

export const legRow = (leg: Leg) => ({
  callId: leg.callId,
  sipCallId: leg.sipCallId,
  side: leg.side,
  localTag: leg.localTag ?? null,
  remoteTag: leg.remoteTag ?? null,
  dialogId: leg.dialogId ?? null,
  remoteTarget: leg.remoteTarget ?? null,
  endpointUuid: leg.endpointUuid ?? null,
  transactionId: leg.transactionId ?? null,
});

/** Adds what is newly known of a leg (one row per call and SIP Call-ID); what is not given stays. */
export async function saveLeg(db: Database, leg: Leg): Promise<void> {
  await db
    .insertInto('leg')
    .values(legRow(leg))
    .onConflict((conflict) =>
      conflict.columns(['callId', 'sipCallId']).doUpdateSet((eb) => ({
        side: eb.ref('excluded.side'),
        localTag: eb.fn.coalesce('excluded.localTag', 'leg.localTag'),
        remoteTag: eb.fn.coalesce('excluded.remoteTag', 'leg.remoteTag'),
        dialogId: eb.fn.coalesce('excluded.dialogId', 'leg.dialogId'),
        remoteTarget: eb.fn.coalesce('excluded.remoteTarget', 'leg.remoteTarget'),
        endpointUuid: eb.fn.coalesce('excluded.endpointUuid', 'leg.endpointUuid'),
        transactionId: eb.fn.coalesce('excluded.transactionId', 'leg.transactionId'),
      })),
    )
    .execute();
}

/** Calls that are still open: those of one node, or those of every node but one (the calls of processes that have died). */
export async function openCallsOf(
  db: Database,
  filter: { readonly node?: string; readonly exceptNode?: string },
): Promise<CallToRecover[]> {
  let query = db.selectFrom('call').where('call.closedAt', 'is', null);
  if (filter.node !== undefined) query = query.where('node', '=', filter.node);
  if (filter.exceptNode !== undefined) query = query.where('node', '<>', filter.exceptNode);
  const calls = await query
    .select(['id', 'facilityId', 'node', 'personId', 'number', 'offHookAt'])
    .orderBy('offHookAt')
    .execute();
  const legs = await query.innerJoin('leg', 'leg.callId', 'call.id').selectAll('leg').orderBy('leg.savedAt').execute();
  return calls.map(({ personId, number, ...call }) => ({
    ...call,
    ...(personId !== null && { personId }),
    ...(number !== null && { number }),
    legs: legs.filter((leg) => leg.callId === call.id).map(toLegRef),
  }));
}

function toLegRef(row: Selectable<LegTable>): LegRef & { readonly side: Side } {
  const { side, sipCallId, localTag, remoteTag, dialogId, remoteTarget, endpointUuid, transactionId } = row;
  const known = Object.entries({ localTag, remoteTag, dialogId, remoteTarget, endpointUuid, transactionId });
  return { side, sipCallId, ...Object.fromEntries(known.filter(([, value]) => value !== null)) };
}
