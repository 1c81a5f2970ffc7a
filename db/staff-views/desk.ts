import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import type { Language } from '../people.ts';
import type { AgentState, Aside, ListeningMode } from '../schema/desk.ts';

/** Everybody who works at the desk, with the talk that they have or are rung for. */
export interface AgentView {
  readonly id: string;
  readonly name: string;
  readonly extension: string;
  readonly supervisor: boolean;
  readonly languages: readonly Language[];
  readonly state: AgentState;
  readonly since: Date;
  readonly until: Date | null;
  readonly entryId: string | null;
  /** Of their talk; null: withheld. */
  readonly number: string | null;
  /** Why the two do not hear each other just now. */
  readonly aside: Aside | null;
  /** Their telephone is registered: they can be rung. */
  readonly reachable: boolean;
  /** Supervisors who listen to their talk. */
  readonly listening: readonly { readonly id: string; readonly name: string; readonly mode: ListeningMode }[];
}

/** Somebody who waits for an agent. */
export interface WaitingView {
  readonly entryId: string;
  readonly since: Date;
  readonly language: Language;
  readonly number: string | null;
  /** Named to the line, not proved. */
  readonly accountId: string | null;
  readonly accountNumber: string | null;
  readonly way: 'line' | 'call-back';
}

export interface DeskView {
  readonly agents: readonly AgentView[];
  /** In the order of their places. */
  readonly waiting: readonly WaitingView[];
  /** Voice messages that nobody has heard yet. */
  readonly messages: number;
}

export async function deskView(db: Database, at: Date): Promise<DeskView> {
  const agents = sql<AgentView>`
    select agent.id, agent.name, agent.extension, agent.supervisor, agent.state, agent.since, agent.until,
      entry.id as entry_id, entry.number, entry.aside, exists (
        select from credential join registration using (username)
        where credential.agent_id = agent.id and registration.expires_at > ${at}::timestamptz) as reachable, (
        select coalesce(jsonb_agg(language order by language), '[]') from agent_language where agent_id = agent.id) as languages, (
        select coalesce(jsonb_agg(jsonb_build_object('id', supervisor.id, 'name', supervisor.name, 'mode', listening.mode) order by listening.since), '[]')
        from desk_listening listening join agent supervisor on supervisor.id = listening.supervisor_id
        where listening.entry_id = entry.id and listening.until is null) as listening
    from agent left join desk_entry entry on entry.agent_id = agent.id and entry.state in ('ringing', 'talking')
    where agent.active order by agent.name, agent.id`.execute(db);
  const waiting = sql<WaitingView>`
    select entry.id as entry_id, entry.entered_at as since, entry.language, entry.way, entry.account_id, account.number as account_number,
      coalesce(entry.call_back_number, entry.number) as number
    from desk_entry entry left join account on account.id = entry.account_id
    where entry.state <> 'ended' and entry.state = 'waiting' order by entry.entered_at, entry.id`.execute(db);
  const messages = sql<{ many: number }>`
    select count(*)::integer as many from desk_message
    where state in ('new', 'taken') and deleted_at is null and state = 'new'`.execute(db);
  return {
    agents: (await agents).rows,
    waiting: (await waiting).rows,
    messages: (await messages).rows[0]?.many ?? 0,
  };
}
