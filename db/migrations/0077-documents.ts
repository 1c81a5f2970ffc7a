import { sql, type Kysely } from 'kysely';

/** Who somebody is: pictures of an identity document and of a face, consent to keep them, and what was decided of them (guide rows 60, 61). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table document_consent (
      identity_id uuid not null references identity on delete cascade,
      version text not null check (version <> ''),
      language language not null,
      -- What was shown, word for word.
      wording text not null check (wording <> ''),
      at timestamptz not null,
      primary key (identity_id, version, language)
    );
    create trigger document_consent_kept before update on document_consent
      for each row execute function history_is_immutable();

    create table identity_review (
      identity_id uuid primary key references identity on delete cascade,
      state text not null check (state in ('open', 'in-review', 'approved', 'rejected')),
      -- Grows with every change of state; pictures change in none in which somebody decides, so that what was seen is what is decided.
      version integer not null default 1 check (version > 0),
      submitted_at timestamptz,
      decided_at timestamptz,
      -- Null of what is decided: by the policy.
      decided_by uuid references staff,
      reasons jsonb check (jsonb_typeof(reasons) = 'array' and jsonb_array_length(reasons) > 0),
      note text check (note <> ''),
      constraint identity_review_submitted check (state = 'open' or submitted_at is not null),
      constraint identity_review_decided check ((state in ('approved', 'rejected')) = (decided_at is not null)),
      constraint identity_review_decider check (decided_by is null or decided_at is not null),
      constraint identity_review_reasons check ((state = 'rejected') = (reasons is not null))
    );
    create index identity_review_queue on identity_review (state, submitted_at, identity_id) where submitted_at is not null;

    -- A picture: what lies in storage is encrypted with a key of its own, which is here, sealed under a key the database does not know.
    create table identity_document (
      id uuid primary key,
      -- Null: whose it was is gone, and the picture goes as well.
      identity_id uuid references identity on delete set null,
      side text not null check (side in ('front', 'back', 'photo')),
      storage text not null check (storage in ('folder', 's3')),
      name text not null constraint identity_document_name_once unique check (name <> ''),
      location text not null check (location <> ''),
      key_id text not null check (key_id <> ''),
      sealed_key text not null check (sealed_key <> ''),
      -- Of what lies in storage.
      sha256 sha256 not null,
      bytes integer not null check (bytes > 0),
      -- Of the picture, pixels.
      width integer not null check (width > 0),
      height integer not null check (height > 0),
      -- Before anything is put into storage, so that whatever lies there is known here.
      intended_at timestamptz not null,
      stored_at timestamptz,
      -- It counts no more: it is removed from storage, then from here.
      ended_at timestamptz
    );
    create unique index identity_document_current on identity_document (identity_id, side)
      where stored_at is not null and ended_at is null;
    create index identity_document_leftover on identity_document (intended_at)
      where stored_at is null or ended_at is not null or identity_id is null;
    create index identity_document_key on identity_document (key_id);
  `.execute(db);
}
