import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { agentsAtDesk, releaseAgent, setAgent, type AgentAtDesk } from './agents.ts';
import { endMissed, openEntries, type Entry } from './entries.ts';
import { atDesk, noteAtDesk } from './events.ts';

/** Whom an agent is given. */
export interface Turn {
  readonly entryId: string;
  readonly agentId: string;
}

/**
 * Gives those whose turn it is to those who are free, as the rule says, while nobody else does. Wrap-ups that are over end first, and
 * entries that nobody has any more. The database refuses a second call for an agent, whatever the rule says.
 */
export async function giveTurns(
  db: Database,
  at: Date,
  missing: { readonly seenBefore: Date; readonly missedBefore: Date; readonly wrapUpUntil: Date },
  rule: (waiting: readonly Entry[], ready: readonly AgentAtDesk[]) => readonly Turn[],
): Promise<readonly Turn[]> {
  return atDesk(db, async (trx) => {
    await endMissed(trx, missing, at, missing.wrapUpUntil);
    const agents = await agentsAtDesk(trx);
    for (const { id, state, until } of agents)
      if (state === 'wrap-up' && until && until <= at) await releaseAgent(trx, id, until);
    const ready = (await agentsAtDesk(trx)).filter(({ state }) => state === 'ready');
    const due = (entry: Entry) => entry.state === 'waiting' && (entry.notBefore === undefined || entry.notBefore <= at);
    const turns = ready.length === 0 ? [] : rule((await openEntries(trx)).filter(due), ready);
    for (const { entryId, agentId } of turns) {
      await trx
        .updateTable('deskEntry')
        .set({ state: 'ringing', agentId })
        .where('id', '=', entryId)
        .where('state', '=', 'waiting')
        .execute();
      await setAgent(trx, agentId, 'ringing', at);
      await noteAtDesk(trx, at, 'given', { entryId, agentId });
    }
    return turns;
  });
}

/** A call-back whose turn has come, for one process alone; its entry is that process's from now on. */
export async function takeCallBack(db: Database, node: string, at: Date): Promise<string | undefined> {
  return atDesk(db, async (trx) => {
    const { rows } = await sql<{ id: string }>`
      update desk_entry set node = ${node}, seen_at = ${at}::timestamptz, missed_at = null, claimed = true
      where id = (
        select id from desk_entry where state = 'ringing' and way = 'call-back' and not claimed order by entered_at, id limit 1)
      returning id`.execute(trx);
    return rows[0]?.id;
  });
}

/** How long the last talks took, seconds, the newest first. */
export async function lastTalks(db: Database, count: number): Promise<number[]> {
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from ended_at - talking_at)::float8 as seconds from desk_entry
    where outcome = 'talked' order by ended_at desc limit ${count}`.execute(db);
  return rows.map(({ seconds }) => seconds);
}
