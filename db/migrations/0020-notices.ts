import { sql, type Kysely } from 'kysely';

/** Notices to be sent once each, numbers that want no texts, texts that came in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table notice (
      id bigint generated always as identity primary key,
      -- What it tells of; one notice for each key and channel, however often it is written.
      key text not null check (key <> ''),
      channel text not null check (channel in ('text', 'e-mail')),
      account_id text references account,
      recipient text not null check (recipient <> ''),
      subject text check (subject <> ''),
      body text not null check (body <> ''),
      -- The one text that confirms an opt-out.
      despite_opt_out boolean not null default false,
      state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'failed', 'unknown')),
      -- Who is sending it: only the attempt that claimed it may say what became of it.
      attempt_id uuid,
      attempts integer not null default 0 check (attempts >= 0),
      -- The first attempt of which it is not known whether it was taken; the provider is asked for messages since.
      doubtful_since timestamptz,
      attempted_at timestamptz,
      -- The provider's id of the message; one message is the proof of one notice.
      provider_id text constraint one_notice_per_message unique,
      reason text,
      written_at timestamptz not null,
      ended_at timestamptz,
      constraint notice_once unique (key, channel),
      constraint mail_has_subject check ((channel = 'e-mail') = (subject is not null)),
      constraint text_to_number check (channel = 'e-mail' or recipient ~ '^\\+1[2-9][0-9]{2}[2-9][0-9]{6}$'),
      constraint notice_ended check (case when state in ('sent', 'failed') then ended_at is not null
        when state in ('waiting', 'sending') then ended_at is null else true end),
      constraint notice_claimed check ((state = 'sending') <= (attempt_id is not null and attempted_at is not null)),
      constraint notice_reason check ((state = 'failed') <= (reason is not null))
    );
    create index notice_open on notice (written_at) where ended_at is null;
    create index notice_account on notice (account_id, id desc);

    create table text_opt_out (
      mobile us_number primary key,
      at timestamptz not null
    );

    -- What a text asked, not its words: there may be a secret in them.
    create table inbound_text (
      id text primary key check (id <> ''),
      mobile us_number not null,
      kind text not null check (kind in ('stop', 'start', 'help', 'pay', 'unknown')),
      at timestamptz not null
    );
  `.execute(db);
}
