import { sql, type Kysely } from 'kysely';

/** What an agent orders of their own talk: hold, resume, and passing it on to another agent or back to the queue. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table desk_entry
      -- The talk that passed it on, and a word for whoever takes it.
      add column from_entry_id uuid references desk_entry,
      add column note text check (note <> '' and char_length(note) <= 500),
      -- Caller and agent do not hear each other just now: the caller waits with music, or types a card.
      add column aside text check (aside in ('held', 'paying')),
      add constraint desk_entry_aside check (aside is null or state = 'talking'),
      add constraint desk_entry_note check (note is null or from_entry_id is not null);
    create index desk_entry_agent_last on desk_entry (agent_id, ended_at desc) where outcome = 'talked';

    -- Where an agent is once a call, or the time to write it down, is over: who was away and took a call by their extension is away again.
    alter table agent add column back_to text not null default 'ready' check (back_to in ('ready', 'away'));

    alter table desk_order
      -- Of a transfer; without it the queue has it again.
      add column to_agent_id text references agent,
      add column note text check (note <> '' and char_length(note) <= 500),
      drop constraint desk_order_kind_check,
      add constraint desk_order_kind_check check (kind in ('payment', 'listen', 'hold', 'resume', 'transfer')),
      drop constraint desk_order_of_kind,
      add constraint desk_order_of_kind check ((kind = 'listen') = (mode is not null) and (kind = 'payment' or cents is null)
        and (kind = 'transfer' or (to_agent_id is null and note is null)));
  `.execute(db);
}
