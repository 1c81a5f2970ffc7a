import { sql, type Kysely } from 'kysely';

/** Whoever agreed that pictures are kept may take it back, and agree again; what they agreed to, and when, stays. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table document_consent
      add column withdrawn_at timestamptz,
      drop constraint document_consent_pkey,
      add primary key (identity_id, version, language, at);
    create unique index document_consent_in_force on document_consent (identity_id, version, language) where withdrawn_at is null;
    drop trigger document_consent_kept on document_consent;
    create trigger document_consent_kept before update on document_consent for each row
      when (old.withdrawn_at is not null or (old.identity_id, old.version, old.language, old.wording, old.at)
        is distinct from (new.identity_id, new.version, new.language, new.wording, new.at))
      execute function history_is_immutable();
  `.execute(db);
}
