import type { Database } from '../connect.ts';
import type { AgentState, Aside } from '../schema/desk.ts';
import { findAgentPhone, setAgent } from './agents.ts';
import { agentOf, endEntry, lockEntry } from './entries.ts';
import { atDesk, noteAtDesk } from './events.ts';

export type { Aside } from '../schema/desk.ts';

/** What an agent wants of the talk that they have. `to`: an agent's extension; undefined: the queue. */
export type WantedInTalk =
  | { readonly kind: 'hold' | 'resume' }
  | { readonly kind: 'transfer'; readonly to: string | undefined; readonly note: string | undefined };

/**
 * `paying`: a card is typed. `no-agent`: nobody has this extension; `own-extension`: the agent's own; `agent-busy`: they have a call already;
 * `agent-unreachable`: their telephone is not registered.
 */
export type NotInTalk = 'no-talk' | 'paying' | 'no-agent' | 'own-extension' | 'agent-busy' | 'agent-unreachable';

/**
 * Leaves an order with the talk that the agent has now. One that waits to be taken already is left alone: asked twice it is done once. Within the
 * caller's transaction.
 */
export async function orderInTalk(
  trx: Database,
  agentId: string,
  wanted: WantedInTalk,
  at: Date,
): Promise<{ readonly kind: 'ordered'; readonly entryId: string } | { readonly kind: NotInTalk }> {
  return atDesk(trx, async () => {
    const talks = trx.selectFrom('deskEntry').select(['id', 'aside']).where('agentId', '=', agentId);
    const talk = await talks.where('state', '=', 'talking').executeTakeFirst();
    if (!talk) return { kind: 'no-talk' };
    if (talk.aside === 'paying') return { kind: 'paying' };
    const ordered = { kind: 'ordered', entryId: talk.id } as const;
    const found = wanted.kind === 'transfer' ? await whom(trx, agentId, wanted.to, at) : { toAgentId: null };
    if ('kind' in found) return found;
    const left = trx.selectFrom('deskOrder').select('id').where('entryId', '=', talk.id).where('takenAt', 'is', null);
    if (await left.where('kind', '=', wanted.kind).executeTakeFirst()) return ordered;
    const note = wanted.kind === 'transfer' ? (wanted.note ?? null) : null;
    const order = { entryId: talk.id, kind: wanted.kind, agentId, cents: null, mode: null, note, at, ...found };
    await trx.insertInto('deskOrder').values(order).execute();
    await noteAtDesk(trx, at, `${wanted.kind}-ordered`, { entryId: talk.id, agentId });
    return ordered;
  });
}

/** The agent of an extension, who can be rung. */
async function whom(
  trx: Database,
  agentId: string,
  extension: string | undefined,
  at: Date,
): Promise<{ readonly toAgentId: string | null } | { readonly kind: NotInTalk }> {
  if (extension === undefined) return { toAgentId: null };
  const working = trx.selectFrom('agent').select(['id', 'state']).where('active', '=', true);
  const to = await working.where('extension', '=', extension).executeTakeFirst();
  if (!to) return { kind: 'no-agent' };
  if (to.id === agentId) return { kind: 'own-extension' };
  if (!isFree(to.state)) return { kind: 'agent-busy' };
  return (await findAgentPhone(trx, to.id, at)) ? { toAgentId: to.id } : { kind: 'agent-unreachable' };
}

/** Who is away is asked for by their extension, all the same. */
const isFree = (state: AgentState): state is 'ready' | 'away' => state === 'ready' || state === 'away';

/** Caller and agent do not hear each other from now on, or (undefined) they do. Nothing happens to a talk that is over. */
export async function setAside(db: Database, entryId: string, aside: Aside | undefined, at: Date): Promise<void> {
  await atDesk(db, async (trx) => {
    const entry = await lockEntry(trx, entryId, 'talking');
    if (!entry || entry.aside === aside) return;
    await trx
      .updateTable('deskEntry')
      .set({ aside: aside ?? null })
      .where('id', '=', entryId)
      .execute();
    await noteAtDesk(trx, at, aside ?? 'together', { entryId, agentId: entry.agentId });
  });
}

/** A talk that is passed on. */
export interface PassingOn {
  readonly entryId: string;
  /** Of the place that the caller has then. */
  readonly id: string;
  /** An agent; undefined: whoever is free. */
  readonly to: string | undefined;
  readonly note: string | undefined;
}

/**
 * The agent's talk is over, and the caller has a new place, as early as their first was. The other agent is rung for them if they are free; if not,
 * or if it was for nobody in particular, the caller waits for whoever is. False: the talk was over already.
 */
export async function passOn(
  db: Database,
  { entryId, id, to, note }: PassingOn,
  at: Date,
  wrapUpUntil: Date,
): Promise<boolean> {
  return atDesk(db, async (trx) => {
    const entry = await lockEntry(trx, entryId, 'talking');
    if (!entry) return false;
    const agentId = agentOf(entry);
    const { node } = await trx
      .selectFrom('deskEntry')
      .select('node')
      .where('id', '=', entryId)
      .executeTakeFirstOrThrow();
    await endEntry(trx, entry, 'talked', at);
    await setAgent(trx, agentId, 'wrap-up', at, wrapUpUntil);
    const free = to === undefined ? undefined : await freeAgent(trx, to);
    const given = free && to;
    const { callId, language, number, callBackNumber, accountId = null, enteredAt } = entry;
    const place = { id, callId, language, number: callBackNumber ?? number ?? null, accountId, enteredAt, node };
    const state = given === undefined ? 'waiting' : 'ringing';
    await trx
      .insertInto('deskEntry')
      .values({ ...place, seenAt: at, state, agentId: given ?? null, fromEntryId: entryId, note: note ?? null })
      .execute();
    await noteAtDesk(trx, at, 'passed-on', { entryId, agentId }, { entryId: id, ...(to !== undefined && { to }) });
    if (given !== undefined) {
      await setAgent(trx, given, 'ringing', at);
      await trx.updateTable('agent').set({ backTo: free }).where('id', '=', given).execute();
      await noteAtDesk(trx, at, 'given', { entryId: id, agentId: given });
    }
    return true;
  });
}

/** What an agent who may take a call is now; undefined: they may not. */
async function freeAgent(trx: Database, agentId: string): Promise<'ready' | 'away' | undefined> {
  const query = trx.selectFrom('agent').select('state').where('id', '=', agentId).where('active', '=', true);
  const agent = await query.forUpdate().executeTakeFirst();
  return agent && isFree(agent.state) ? agent.state : undefined;
}

/** The extension of the agent who passed an entry on; undefined: it came from nobody. */
export async function passedOnBy(db: Database, entryId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('deskEntry as entry')
    .innerJoin('deskEntry as before', 'before.id', 'entry.fromEntryId')
    .innerJoin('agent', 'agent.id', 'before.agentId')
    .select('agent.extension')
    .where('entry.id', '=', entryId)
    .executeTakeFirst();
  return row?.extension;
}
