import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { findAgentPhone } from '../desk/agents.ts';
import { deskCodes, type DeskCode } from '../desk/codes.ts';
import type { Language } from '../people.ts';
import type { AgentState, Aside } from '../schema/desk.ts';

/** A call that is an agent's: they are rung for it, they talk, or they write down what it was about. */
export interface MyCall {
  readonly entryId: string;
  /** When they began to wait. */
  readonly since: Date;
  readonly language: Language;
  /** Null: withheld. */
  readonly number: string | null;
  /** Named to the line, not proved. */
  readonly accountId: string | null;
  readonly accountNumber: string | null;
  readonly way: 'line' | 'call-back';
  readonly talkingAt: Date | null;
  /** Why the two do not hear each other just now. */
  readonly aside: Aside | null;
  /** The last card payment of this talk that is over; null: none yet. */
  readonly payment: MyPayment | null;
  /** What it was about, as far as it was said. */
  readonly code: string | null;
  /** Who passed it on, and what they wrote. */
  readonly from: { readonly name: string; readonly extension: string } | null;
  readonly note: string | null;
}

/** How a card payment in a talk ended. */
export interface MyPayment {
  readonly outcome: 'captured' | 'declined' | 'pending' | 'broken-off';
  /** Integer cents; null: broken off before an amount was confirmed. */
  readonly cents: number | null;
}

/** The desk as one of its agents has it before them. */
export interface MyDesk {
  readonly state: AgentState;
  readonly since: Date;
  /** When the wrap-up is over by itself. */
  readonly until: Date | null;
  /** Which telephone rings; null: none is registered. */
  readonly phone: 'page' | 'table' | null;
  readonly call: MyCall | null;
  readonly codes: readonly DeskCode[];
}

/** Undefined: nobody who works here. */
export async function myDesk(db: Database, agentId: string, at: Date): Promise<MyDesk | undefined> {
  const query = db.selectFrom('agent').select(['state', 'since', 'until']).where('id', '=', agentId);
  const agent = await query.where('active', '=', true).executeTakeFirst();
  if (!agent) return undefined;
  const phone = await findAgentPhone(db, agentId, at);
  return {
    ...agent,
    phone: phone ? (phone.inPage ? 'page' : 'table') : null,
    call: await callOf(db, agentId, agent.state),
    codes: await deskCodes(db),
  };
}

/** The one that they are rung for or have; in the wrap-up the one that they had. */
async function callOf(db: Database, agentId: string, state: AgentState): Promise<MyCall | null> {
  if (state === 'ready' || state === 'away') return null;
  const which =
    state === 'wrap-up'
      ? sql`entry.outcome = 'talked' order by entry.ended_at desc`
      : sql`entry.state in ('ringing', 'talking')`;
  const { rows } = await sql<MyCall>`
    select entry.id as entry_id, entry.entered_at as since, entry.language, entry.way, entry.talking_at, entry.aside, entry.code, entry.note,
      coalesce(entry.call_back_number, entry.number) as number, entry.account_id, account.number as account_number, (
        select jsonb_build_object('outcome', paid.data -> 'outcome', 'cents', paid.data -> 'cents')
        from desk_event paid where paid.entry_id = entry.id and paid.kind = 'payment-ended' order by paid.id desc limit 1) as payment, (
        select jsonb_build_object('name', agent.name, 'extension', agent.extension)
        from desk_entry before join agent on agent.id = before.agent_id where before.id = entry.from_entry_id) as "from"
    from desk_entry entry left join account on account.id = entry.account_id
    where entry.agent_id = ${agentId} and ${which} limit 1`.execute(db);
  return rows[0] ?? null;
}
