import { sql, type Kysely } from 'kysely';

/** Supervisors who listen to talks, speak to the agent, or join. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table desk_listening (
      id uuid primary key,
      entry_id uuid not null references desk_entry,
      supervisor_id text not null references agent,
      -- The process that has the supervisor on the line.
      node text not null check (node <> ''),
      -- 'listen': heard by nobody; 'whisper': by the agent; 'join': by both.
      mode text not null check (mode in ('listen', 'whisper', 'join')),
      since timestamptz not null,
      until timestamptz
    );
    -- A talk has one supervisor at a time, whatever the programs believe.
    create unique index desk_listening_once on desk_listening (entry_id) where until is null;
    create index desk_listening_open on desk_listening (node) where until is null;

    alter table desk_leg
      drop constraint desk_leg_side_check,
      add constraint desk_leg_side_check check (side in ('agent', 'family', 'supervisor'));
  `.execute(db);
}
