import { sql, type Kysely } from 'kysely';

/** What somebody who works here has of their own: a password that must be changed, codes for who lost the phone, where they were signed in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Somebody else made the password and knows it: another one is set before anything else is done.
    alter table staff add column password_due boolean not null default false;

    -- What the browser calls itself.
    alter table staff_session add column device text check (device <> '');
    alter table staff_session
      drop constraint staff_session_ended_as_check,
      add constraint staff_session_ended_as_check check (
        ended_as in ('signed-out', 'replaced', 'idle', 'expired', 'password-changed', 'staff-changed', 'revoked'));
    create index staff_session_newest on staff_session (staff_id, started_at desc, id);

    -- Each stands in for a one-time code, once. A keyed digest: the database alone tells nobody.
    create table staff_recovery_code (
      staff_id uuid not null references staff,
      digest sha256 not null,
      used_at timestamptz,
      primary key (staff_id, digest)
    );
  `.execute(db);
}
