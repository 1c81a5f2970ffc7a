import { sql, type Kysely } from 'kysely';

/** Who works here: staff, where they are signed in, and what they did. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table staff (
      id uuid primary key,
      -- As it was given; and as it is found, whatever its case.
      username text not null check (username <> ''),
      username_key text not null constraint staff_username_once unique
        check (username_key ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
      name text not null check (name <> ''),
      role text not null check (role in ('agent', 'supervisor', 'investigator', 'facility-staff', 'administrator')),
      language language not null,
      -- At the desk; nobody else signs in as the same.
      agent_id text constraint staff_agent_once unique constraint staff_agent_known references agent,
      -- Argon2id under a pepper the database does not know, in the PHC format.
      password_hash text not null check (password_hash like '$argon2id$%'),
      password_set_at timestamptz not null,
      -- Keys of one-time codes (RFC 6238), sealed under a key the database does not know: the one in use, and one that is not confirmed yet.
      totp text check (totp <> ''),
      totp_pending text check (totp_pending <> ''),
      -- The step of time of the last code that was taken: none is good twice.
      totp_step bigint,
      added_at timestamptz not null,
      -- Who has left stays, for what they did.
      ended_at timestamptz
    );
    -- Those whose calls somebody of the role facility-staff sees.
    create table staff_facility (
      staff_id uuid not null references staff,
      facility_id text not null constraint staff_facility_known references facility,
      primary key (staff_id, facility_id)
    );

    create table staff_session (
      id uuid primary key,
      staff_id uuid not null references staff,
      -- SHA-256 of what the cookie holds.
      digest sha256 not null constraint staff_session_digest_once unique,
      started_at timestamptz not null,
      -- When its holder last did something; what the page asks by itself is not counted.
      used_at timestamptz not null,
      -- However much it is used.
      expires_at timestamptz not null,
      ended_at timestamptz,
      ended_as text check (ended_as in ('signed-out', 'replaced', 'idle', 'expired', 'password-changed', 'staff-changed')),
      constraint staff_session_ended_whole check ((ended_at is null) = (ended_as is null))
    );
    -- One for each, whatever the programs believe.
    create unique index staff_session_once on staff_session (staff_id) where ended_at is null;

    -- Who did what, and with what before and after. Never a secret.
    create table staff_audit (
      id bigint generated always as identity primary key,
      at timestamptz not null,
      -- 'command': somebody at the machine itself; 'system': nobody, it came so (a lock, a session that was left).
      by_kind text not null check (by_kind in ('staff', 'command', 'system')),
      staff_id uuid references staff,
      session_id uuid references staff_session,
      act text not null check (act <> ''),
      resource text not null check (resource <> ''),
      resource_id text check (resource_id <> ''),
      reason text check (reason <> ''),
      before jsonb,
      after jsonb,
      constraint staff_audit_by check ((by_kind = 'staff') = (staff_id is not null) and (session_id is null or by_kind = 'staff'))
    );
    create index staff_audit_staff on staff_audit (staff_id, id);
    create index staff_audit_resource on staff_audit (resource, resource_id, id);
    create trigger staff_audit_kept before update or delete on staff_audit
      for each row execute function history_is_immutable();
    create trigger staff_audit_not_emptied before truncate on staff_audit
      for each statement execute function history_is_immutable();
    -- Also of a session that replays a replica's changes.
    alter table staff_audit enable always trigger staff_audit_kept;
    alter table staff_audit enable always trigger staff_audit_not_emptied;

    -- Guesses at the passwords of staff are counted beside those at families'.
    alter table identity_guess
      drop constraint identity_guess_kind_check,
      add constraint identity_guess_kind_check check (kind in ('password', 'answers', 'staff-password'));
  `.execute(db);
}
