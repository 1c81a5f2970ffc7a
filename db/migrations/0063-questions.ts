import { sql, type Kysely } from 'kysely';

/** Questions that families write, what agents answer, and how many come from one place on one day (guide row 29). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Of contrib: finds a word that was mistyped. Where it is not there, or not to be had, the search does without.
    do $do$
      begin
        if exists (select from pg_available_extensions where name = 'pg_trgm') then
          create extension if not exists pg_trgm;
        end if;
      exception when insufficient_privilege or undefined_file then
        null;
      end
    $do$;

    -- It has in it what somebody wrote to us, or we to them: no log shows it.
    alter table notice
      add column confidential boolean not null default false,
      add constraint mail_confidential check (not confidential or channel = 'e-mail');

    -- Nine digits, the first not 0, the last a check digit: neither a telephone number nor an account's has so few.
    create domain question_reference as text
      check (value ~ '^[1-9][0-9]{8}$' and value = right(with_check_digit(left(value, 8)::bigint), 9));
    -- Two transactions that draw the same one at the same moment are told apart by question_reference_once.
    create function new_question_reference() returns question_reference volatile language plpgsql as $f$
      declare
        drawn text;
      begin
        loop
          drawn := right(with_check_digit(10000000 + floor(random() * 90000000)::bigint), 9);
          exit when not exists (select from question where reference = drawn);
        end loop;
        return drawn;
      end
    $f$;

    create table question (
      id bigint generated always as identity primary key,
      reference question_reference not null default new_question_reference() constraint question_reference_once unique,
      idempotency_key idempotency_key not null constraint question_once unique,
      -- Of what was written.
      request_hash sha256 not null,
      name text not null check (length(name) between 1 and 80),
      email text not null check (length(email) between 3 and 254 and email !~ '[[:cntrl:][:space:]]'),
      subject text not null check (subject in
        ('payments', 'automatic-payments', 'refunds', 'blocks', 'calls', 'account', 'privacy', 'technical', 'other')),
      body text not null check (length(body) between 1 and 4000),
      language language not null,
      -- As they were written, and not proved: whoever writes may name an account that is none of theirs, or none at all.
      account_number account_no,
      number e164,
      asked_at timestamptz not null,
      state text not null default 'open' check (state in ('open', 'taken', 'answered', 'closed')),
      -- Who has it, or ended it.
      agent_id text references agent,
      answer text check (length(answer) between 1 and 8000),
      closed_as text check (closed_as in ('spam', 'duplicate', 'answered-otherwise', 'not-for-us')),
      constraint question_agent check ((state = 'open') = (agent_id is null)),
      constraint question_answered check ((state = 'answered') = (answer is not null)),
      constraint question_closed check ((state = 'closed') = (closed_as is not null))
    );
    create index question_open on question (asked_at, id) where state in ('open', 'taken');

    -- Who did what with a question, when, and why if nobody answered it.
    create table question_event (
      id bigint generated always as identity primary key,
      question_id bigint not null references question,
      idempotency_key idempotency_key not null constraint question_event_once unique,
      request_hash sha256 not null,
      kind text not null check (kind in ('taken', 'put-back', 'answered', 'closed')),
      agent_id text not null references agent,
      reason text check (length(reason) between 1 and 500),
      at timestamptz not null,
      constraint question_event_reason check ((kind = 'closed') = (reason is not null))
    );
    create index question_event_question on question_event (question_id, id);
    create trigger question_event_kept before update or delete on question_event
      for each row execute function history_is_immutable();

    -- Forgotten when the day is over: nobody's address is kept for it.
    create table question_day (
      day date not null,
      kind text not null check (kind in ('e-mail', 'source')),
      who text not null check (who <> ''),
      questions integer not null check (questions > 0),
      primary key (day, kind, who)
    );
  `.execute(db);
}
