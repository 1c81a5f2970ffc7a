import { sql, type Kysely } from 'kysely';

/** Who a family is to web and app: registration, proof of an e-mail address, sessions, guesses (guide rows 53-59). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table identity (
      id uuid primary key,
      -- As it was typed; and as it is found, whatever its case.
      email text not null check (email <> ''),
      email_key text not null constraint identity_email_once unique check (email_key <> ''),
      -- Argon2id under a pepper the database does not know, in the PHC format; so are the answers.
      password_hash text not null check (password_hash like '$argon2id$%'),
      language language not null,
      first_name text not null check (first_name <> ''),
      last_name text not null check (last_name <> ''),
      address_line1 text not null check (address_line1 <> ''),
      address_line2 text,
      city text not null check (city <> ''),
      region text not null check (region <> ''),
      postal_code text not null check (postal_code <> ''),
      country text not null check (country ~ '^[A-Z]{2}$'),
      phone text not null check (phone ~ '^\\+[1-9][0-9]{6,14}$'),
      -- Of the four digits that the first enrolment will take for its account's passcode.
      passcode_hash text check (passcode_hash like '$argon2id$%'),
      email_verified_at timestamptz not null,
      password_set_at timestamptz not null,
      registered_at timestamptz not null
    );

    create table identity_question (
      identity_id uuid not null references identity on delete cascade,
      question text not null check (question <> ''),
      answer_hash text not null check (answer_hash like '$argon2id$%'),
      primary key (identity_id, question)
    );

    -- A registration under way. It becomes an identity when its e-mail address is proven, or is forgotten.
    create table sign_up (
      id uuid primary key,
      idempotency_key text constraint sign_up_key_once unique check (idempotency_key <> ''),
      -- SHA-256 of the token that whoever began it holds.
      token_digest sha256 not null,
      email text not null check (email <> ''),
      email_key text not null check (email_key <> ''),
      password_hash text not null check (password_hash like '$argon2id$%'),
      language language not null,
      -- [{"question", "answerHash"}]; the name, address, phone and passcode as identity has them.
      questions jsonb,
      contact jsonb,
      begun_at timestamptz not null,
      expires_at timestamptz not null,
      submitted_at timestamptz,
      constraint sign_up_submitted_whole check (submitted_at is null or (questions is not null and contact is not null))
    );
    create index sign_up_expiry on sign_up (expires_at);

    -- What was mailed to prove an address: a link's token and six digits, neither of them here.
    create table mail_proof (
      id uuid primary key,
      -- Two may be written at one moment.
      seq bigint not null generated always as identity,
      purpose text not null check (purpose in ('registration', 'password-reset')),
      idempotency_key text constraint mail_proof_key_once unique check (idempotency_key <> ''),
      email_key text not null check (email_key <> ''),
      sign_up_id uuid references sign_up on delete cascade,
      -- Null of a reset: nobody has this address, and nothing was mailed.
      identity_id uuid references identity on delete cascade,
      token_digest sha256 not null constraint mail_proof_token_once unique,
      code_digest sha256 not null,
      -- Each is counted before it is looked at.
      code_tries integer not null default 0 check (code_tries between 0 and 5),
      answer_tries integer not null default 0 check (answer_tries between 0 and 3),
      -- SHA-256 of what was given for a proof of the address, to go on with.
      grant_digest sha256 constraint mail_proof_grant_once unique,
      written_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz,
      constraint mail_proof_of_one check ((purpose = 'registration') = (sign_up_id is not null)
        and (purpose = 'password-reset' or identity_id is null))
    );
    create index mail_proof_email on mail_proof (email_key, written_at);
    create index mail_proof_sign_up on mail_proof (sign_up_id);
    create index mail_proof_identity on mail_proof (identity_id);
    create index mail_proof_expiry on mail_proof (expires_at);

    -- Its sender puts the token and the digits of this proof in.
    alter table notice add column proof_id uuid;
    alter table notice add constraint notice_proof_by_mail check (proof_id is null or channel = 'e-mail');

    create table identity_session (
      id uuid primary key,
      identity_id uuid not null references identity on delete cascade,
      device text check (device <> ''),
      started_at timestamptz not null,
      used_at timestamptz not null,
      -- However often it is refreshed.
      expires_at timestamptz not null,
      ended_at timestamptz,
      ended_as text check (ended_as in ('signed-out', 'revoked', 'replayed', 'password-reset')),
      constraint identity_session_ended_whole check ((ended_at is null) = (ended_as is null))
    );
    create index identity_session_open on identity_session (identity_id, started_at) where ended_at is null;

    create table refresh_token (
      digest sha256 primary key,
      session_id uuid not null references identity_session on delete cascade,
      expires_at timestamptz not null,
      used_at timestamptz
    );
    create unique index refresh_token_one_unused on refresh_token (session_id) where used_at is null;
    create index refresh_token_session on refresh_token (session_id);

    create table access_token (
      digest sha256 primary key,
      session_id uuid not null references identity_session on delete cascade,
      expires_at timestamptz not null
    );
    create index access_token_session on access_token (session_id);
    create index access_token_expiry on access_token (expires_at);

    -- Guesses at a password or at answers, by a keyed digest of the e-mail address: also of addresses that nobody has.
    create table identity_guess (
      kind text not null check (kind in ('password', 'answers')),
      subject sha256 not null,
      counted bigint not null default 0,
      cleared bigint not null default 0,
      refused bigint not null default 0 check (refused >= 0),
      locks integer not null default 0 check (locks >= 0),
      locked_until timestamptz,
      guessed_at timestamptz not null,
      primary key (kind, subject),
      constraint identity_guess_order check (counted >= cleared)
    );
    create index identity_guess_age on identity_guess (guessed_at);

    -- How often something was asked in a window of time, by a keyed digest of who asks.
    create table rate_window (
      act text not null check (act <> ''),
      subject sha256 not null,
      opened_at timestamptz not null,
      closes_at timestamptz not null,
      counted integer not null check (counted > 0),
      primary key (act, subject)
    );
    create index rate_window_closing on rate_window (closes_at);

    create table identity_terms (
      identity_id uuid not null references identity,
      version text not null references service_terms,
      language language not null,
      at timestamptz not null,
      primary key (identity_id, version)
    );
    create trigger identity_terms_kept before update or delete on identity_terms
      for each row execute function history_is_immutable();
  `.execute(db);
}
