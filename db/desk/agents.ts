import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import type { Language } from '../people.ts';
import type { Registration } from '../registrations.ts';
import type { AgentState } from '../schema/desk.ts';
import { atDesk, noteAtDesk } from './events.ts';

export type { AgentState } from '../schema/desk.ts';

export interface Agent {
  readonly id: string;
  readonly name: string;
  /** Two to six digits. */
  readonly extension: string;
  readonly languages: readonly Language[];
  /** May listen to the others. */
  readonly supervisor: boolean;
  /** Works here; who does not is away for good. */
  readonly active: boolean;
}

export interface AgentAtDesk extends Agent {
  readonly state: AgentState;
  readonly since: Date;
  /** When the wrap-up is over by itself. */
  readonly until: Date | undefined;
}

/** Adds the agent, away, or brings what is known of them up to date. */
export async function saveAgent(db: Database, agent: Agent, at: Date): Promise<void> {
  const { id, languages, ...known } = agent;
  await atDesk(db, async (trx) => {
    await trx
      .insertInto('agent')
      .values({ id, ...known, since: at, until: null })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(known))
      .execute();
    await trx.deleteFrom('agentLanguage').where('agentId', '=', id).execute();
    for (const language of languages) await trx.insertInto('agentLanguage').values({ agentId: id, language }).execute();
  });
}

/** Everybody who works here, in the order in which they came to their state. */
export async function agentsAtDesk(db: Database): Promise<AgentAtDesk[]> {
  const { rows } = await sql<Omit<AgentAtDesk, 'until'> & { until: Date | null }>`
    select id, name, extension, supervisor, active, state, since, until, (
      select coalesce(jsonb_agg(language order by language), '[]') from agent_language where agent_id = agent.id) as languages
    from agent where active order by since, id`.execute(db);
  return rows.map(({ until, ...agent }) => ({ ...agent, until: until ?? undefined }));
}

/**
 * An agent comes or goes. 'busy': a call is theirs, or they are rung; 'unknown': nobody who works here. Away during the wrap-up ends it.
 */
export async function turnAgent(
  db: Database,
  agentId: string,
  state: 'ready' | 'away',
  at: Date,
): Promise<'done' | 'busy' | 'unknown'> {
  return atDesk(db, async (trx) => {
    const query = trx.selectFrom('agent').select('state').where('id', '=', agentId).where('active', '=', true);
    const agent = await query.forUpdate().executeTakeFirst();
    if (!agent) return 'unknown';
    if (agent.state === 'ringing' || agent.state === 'talking') return 'busy';
    if (agent.state !== state) await setAgent(trx, agentId, state, at);
    await trx.updateTable('agent').set({ backTo: 'ready' }).where('id', '=', agentId).execute();
    return 'done';
  });
}

/** Undefined: nobody who works here. */
export async function agentState(db: Database, agentId: string): Promise<AgentState | undefined> {
  const query = db.selectFrom('agent').select('state').where('id', '=', agentId).where('active', '=', true);
  return (await query.executeTakeFirst())?.state;
}

/** Within a change of the desk. */
export async function setAgent(
  trx: Database,
  agentId: string,
  state: AgentState,
  at: Date,
  until?: Date,
): Promise<void> {
  await trx
    .updateTable('agent')
    .set({ state, since: at, until: until ?? null })
    .where('id', '=', agentId)
    .execute();
  await noteAtDesk(trx, at, `agent-${state}`, { agentId });
}

/** Within a change of the desk: a call, or what had to be written of it, is over. Who was away before it is away again. */
export async function releaseAgent(trx: Database, agentId: string, at: Date): Promise<void> {
  const query = trx.selectFrom('agent').select('backTo').where('id', '=', agentId);
  await setAgent(trx, agentId, (await query.executeTakeFirstOrThrow()).backTo, at);
}

/** An agent's telephone. */
export interface AgentPhone extends Registration {
  /** In the page that they are signed in to: nobody but the agent answers it. Else it stands on their table. */
  readonly inPage: boolean;
}

/** Where an agent's telephone can be reached at `at`: that in their page if it is turned on; undefined: none is registered. */
export async function findAgentPhone(db: Database, agentId: string, at: Date): Promise<AgentPhone | undefined> {
  const row = await db
    .selectFrom('registration')
    .innerJoin('credential', 'credential.username', 'registration.username')
    .select(['registration.username', 'contact', 'sourceAddress', 'sourcePort', 'staffSessionId'])
    .where('credential.agentId', '=', agentId)
    .where('expiresAt', '>', at)
    .orderBy(sql`staff_session_id is null`)
    .executeTakeFirst();
  return (
    row && {
      username: row.username,
      contact: row.contact,
      source: { address: row.sourceAddress, port: row.sourcePort },
      inPage: row.staffSessionId !== null,
    }
  );
}
