import { sql, type Kysely } from 'kysely';

/** Which agent took a payment in a talk; and what is ordered of a running talk by another process than the one that has it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table deposit
      add column agent_id text references agent,
      add constraint deposit_by_agent check (agent_id is null or channel = 'agent'),
      drop constraint deposit_called,
      add constraint deposit_called check (calling_number is null or channel in ('phone-line', 'agent'));

    create table desk_order (
      id bigint generated always as identity primary key,
      entry_id uuid not null references desk_entry,
      kind text not null check (kind in ('payment')),
      -- Who gave it: of a payment the agent who has the talk.
      agent_id text not null references agent,
      -- Of a payment; without it the agent is asked on the telephone.
      cents bigint check (cents > 0),
      at timestamptz not null,
      taken_at timestamptz
    );
    create index desk_order_open on desk_order (entry_id, id) where taken_at is null;
    create index desk_entry_call on desk_entry (call_id);
  `.execute(db);
}
