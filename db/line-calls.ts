import type { Database } from './connect.ts';

/** A call to the 866 line that is answered: what a restarted process needs to end its leg. */
export interface LineCall {
  readonly id: string;
  /** The process that runs it. */
  readonly node: string;
  readonly sipCallId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly dialogId: string;
  readonly remoteTarget: string;
  readonly endpointUuid: string;
  readonly answeredAt: Date;
}

export async function openLineCall(db: Database, call: LineCall): Promise<void> {
  const insert = db.insertInto('lineCall').values(call);
  await insert.onConflict((conflict) => conflict.column('id').doNothing()).execute();
}

/** The first ending stays. */
export async function closeLineCall(
  db: Database,
  id: string,
  ending: { readonly how: string; readonly at: Date },
): Promise<void> {
  const update = db.updateTable('lineCall').set({ how: ending.how, endedAt: ending.at });
  await update.where('id', '=', id).where('endedAt', 'is', null).execute();
}

/** Those that a process of this name left open. */
export async function openLineCallsOf(db: Database, node: string): Promise<LineCall[]> {
  const query = db.selectFrom('lineCall').where('node', '=', node).where('endedAt', 'is', null);
  return query
    .select([
      'id',
      'node',
      'sipCallId',
      'localTag',
      'remoteTag',
      'dialogId',
      'remoteTarget',
      'endpointUuid',
      'answeredAt',
    ])
    .orderBy('answeredAt')
    .execute();
}

/** How a call ended; undefined: it goes on, or there was none. */
export async function endingOfLineCall(db: Database, id: string): Promise<string | undefined> {
  const query = db.selectFrom('lineCall').select('how').where('id', '=', id);
  return (await query.executeTakeFirst())?.how ?? undefined;
}
