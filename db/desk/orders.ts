import { sql, type Selectable } from 'kysely';
import type { Database } from '../connect.ts';
import type { DeskOrderTable, ListeningMode } from '../schema/desk.ts';
import { findAgentPhone } from './agents.ts';
import { atDesk, noteAtDesk } from './events.ts';

/** What somebody wants of a talk that goes on, whichever process has it. */
export type DeskOrder =
  /** The agent takes a payment; without an amount they are asked for it. */
  | { readonly kind: 'payment'; readonly agentId: string; readonly cents: number | undefined }
  /** A supervisor (`agentId`) is rung, to listen. */
  | { readonly kind: 'listen'; readonly agentId: string; readonly mode: ListeningMode }
  /** The caller waits with music, or the two hear each other again. */
  | { readonly kind: 'hold' | 'resume'; readonly agentId: string }
  /** Another agent takes it; undefined: whoever is free. */
  | {
      readonly kind: 'transfer';
      readonly agentId: string;
      readonly to: string | undefined;
      /** For whoever takes it. */
      readonly note: string | undefined;
    };

type PaymentOrder = Extract<DeskOrder, { kind: 'payment' }>;

/** Leaves an order with the talk that the agent has now; false: there is none. */
export async function orderOfTalk(db: Database, { kind, agentId, cents }: PaymentOrder, at: Date): Promise<boolean> {
  return atDesk(db, async (trx) => {
    const talk = trx.selectFrom('deskEntry').select('id').where('agentId', '=', agentId).where('state', '=', 'talking');
    const entry = await talk.executeTakeFirst();
    if (!entry) return false;
    const order = {
      entryId: entry.id,
      kind,
      agentId,
      ...{ mode: null, toAgentId: null, note: null, at },
      cents: cents === undefined ? null : String(cents),
    };
    await trx.insertInto('deskOrder').values(order).execute();
    await noteAtDesk(trx, at, `${kind}-ordered`, { entryId: entry.id, agentId });
    return true;
  });
}

/**
 * The same of a payment into one account, which becomes that of the talk where the caller named none. 'other-account': they did, and it is
 * another one. Within the caller's transaction.
 */
export async function orderPaymentFor(
  trx: Database,
  { agentId, accountId, cents }: Omit<PaymentOrder, 'kind'> & { readonly accountId: string },
  at: Date,
): Promise<{ readonly kind: 'ordered'; readonly entryId: string } | { readonly kind: 'no-talk' | 'other-account' }> {
  return atDesk(trx, async () => {
    const talks = trx.selectFrom('deskEntry').select(['id', 'accountId']).where('agentId', '=', agentId);
    const entry = await talks.where('state', '=', 'talking').executeTakeFirst();
    if (!entry) return { kind: 'no-talk' };
    if (entry.accountId !== null && entry.accountId !== accountId) return { kind: 'other-account' };
    if (entry.accountId === null)
      await trx.updateTable('deskEntry').set({ accountId }).where('id', '=', entry.id).execute();
    await orderOfTalk(trx, { kind: 'payment', agentId, cents }, at);
    return { kind: 'ordered', entryId: entry.id };
  });
}

/** `taken`: somebody listens to it already. */
export type NotOrdered = 'no-supervisor' | 'own-talk' | 'no-talk' | 'taken' | 'no-phone';

/** A supervisor wants to be rung, to listen to a talk. Within the caller's transaction. Returns the agent who has the talk, or why not. */
export async function orderListening(
  trx: Database,
  { entryId, agentId, mode }: { readonly entryId: string; readonly agentId: string; readonly mode: ListeningMode },
  at: Date,
): Promise<{ readonly kind: 'ordered'; readonly talkOf: string } | { readonly kind: NotOrdered }> {
  return atDesk(trx, async () => {
    const working = trx.selectFrom('agent').select('supervisor').where('id', '=', agentId).where('active', '=', true);
    if (!(await working.executeTakeFirst())?.supervisor) return { kind: 'no-supervisor' };
    const talks = trx
      .selectFrom('deskEntry')
      .select('agentId')
      .where('id', '=', entryId)
      .where('state', '=', 'talking');
    const talkOf = (await talks.executeTakeFirst())?.agentId;
    if (talkOf === undefined || talkOf === null) return { kind: 'no-talk' };
    if (talkOf === agentId) return { kind: 'own-talk' };
    const open = trx.selectFrom('deskListening').select('id').where('entryId', '=', entryId).where('until', 'is', null);
    if (await open.executeTakeFirst()) return { kind: 'taken' };
    if (!(await findAgentPhone(trx, agentId, at))) return { kind: 'no-phone' };
    const order = { entryId, kind: 'listen', agentId, cents: null, mode, toAgentId: null, note: null, at } as const;
    await trx.insertInto('deskOrder').values(order).execute();
    await noteAtDesk(trx, at, 'listening-ordered', { entryId, agentId }, { mode, agentId: talkOf });
    return { kind: 'ordered', talkOf };
  });
}

/** Takes the orders of a talk, the oldest first: each is taken once. */
export async function takeOrders(db: Database, entryId: string, at: Date): Promise<DeskOrder[]> {
  const { rows } = await sql<Omit<Selectable<DeskOrderTable>, 'entryId' | 'at' | 'takenAt'>>`
    update desk_order set taken_at = ${at}::timestamptz
    where entry_id = ${entryId} and taken_at is null
    returning id, kind, agent_id, cents, mode, to_agent_id, note`.execute(db);
  rows.sort((one, other) => Number(one.id) - Number(other.id));
  return rows.map(({ kind, agentId, cents, mode, toAgentId, note }): DeskOrder => {
    switch (kind) {
      case 'payment':
        return { kind, agentId, cents: cents === null ? undefined : Number(cents) };
      case 'listen':
        return { kind, agentId, mode: mode ?? 'listen' };
      case 'hold':
      case 'resume':
        return { kind, agentId };
      case 'transfer':
        return { kind, agentId, to: toAgentId ?? undefined, note: note ?? undefined };
    }
  });
}

/** The places in the queue that a call has had. */
export async function entriesOfCall(db: Database, callId: string): Promise<string[]> {
  const query = db.selectFrom('deskEntry').select('id').where('callId', '=', callId).orderBy('enteredAt');
  return (await query.execute()).map(({ id }) => id);
}
