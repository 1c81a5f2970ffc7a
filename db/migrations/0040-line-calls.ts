import { sql, type Kysely } from 'kysely';

/** Calls to the 866 line: what ends their legs when their process dies. Nothing of what was said or typed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table line_call (
      id uuid primary key,
      -- The process that runs the call.
      node text not null check (node <> ''),
      sip_call_id text not null check (sip_call_id <> ''),
      local_tag text not null,
      remote_tag text not null,
      dialog_id text not null,
      remote_target text not null,
      endpoint_uuid text not null,
      answered_at timestamptz not null,
      ended_at timestamptz,
      -- Who or what ended it.
      how text check (how <> ''),
      constraint line_call_ended_whole check ((ended_at is null) = (how is null))
    );
    create index line_call_open on line_call (node) where ended_at is null;
  `.execute(db);
}
