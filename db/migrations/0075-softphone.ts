import { sql, type Kysely } from 'kysely';

/** The telephone in an agent's page, which is good as long as the session that it was turned on in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table credential
      add column staff_session_id uuid references staff_session,
      add constraint credential_of_session check (staff_session_id is null or agent_id is not null);
    drop index credential_agent;
    -- One on the table, and one in the page.
    create unique index credential_agent on credential (agent_id) where agent_id is not null and staff_session_id is null;
    create unique index credential_agent_page on credential (agent_id) where staff_session_id is not null;
    create index credential_session on credential (staff_session_id) where staff_session_id is not null;
  `.execute(db);
}
