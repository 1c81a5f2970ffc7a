import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { atDesk, noteAtDesk } from './events.ts';

/** What somebody wants of a talk that goes on, whichever process has it: the agent takes a payment; without an amount they are asked for it. */
export interface DeskOrder {
  readonly kind: 'payment';
  readonly agentId: string;
  readonly cents: number | undefined;
}

/** Leaves an order with the talk that the agent has now; false: there is none. */
export async function orderOfTalk(db: Database, { kind, agentId, cents }: DeskOrder, at: Date): Promise<boolean> {
  return atDesk(db, async (trx) => {
    const talk = trx.selectFrom('deskEntry').select('id').where('agentId', '=', agentId).where('state', '=', 'talking');
    const entry = await talk.executeTakeFirst();
    if (!entry) return false;
    const order = { entryId: entry.id, kind, agentId, cents: cents === undefined ? null : String(cents), at };
    await trx.insertInto('deskOrder').values(order).execute();
    await noteAtDesk(trx, at, `${kind}-ordered`, { entryId: entry.id, agentId });
    return true;
  });
}

/** Takes the orders of a talk, the oldest first: each is taken once. */
export async function takeOrders(db: Database, entryId: string, at: Date): Promise<DeskOrder[]> {
  const { rows } = await sql<{ id: string; kind: 'payment'; agentId: string; cents: string | null }>`
    update desk_order set taken_at = ${at}::timestamptz
    where entry_id = ${entryId} and taken_at is null
    returning id, kind, agent_id, cents`.execute(db);
  rows.sort((one, other) => Number(one.id) - Number(other.id));
  return rows.map(({ kind, agentId, cents }) => ({ kind, agentId, cents: cents === null ? undefined : Number(cents) }));
}

/** The places in the queue that a call has had. */
export async function entriesOfCall(db: Database, callId: string): Promise<string[]> {
  const query = db.selectFrom('deskEntry').select('id').where('callId', '=', callId).orderBy('enteredAt');
  return (await query.execute()).map(({ id }) => id);
}
