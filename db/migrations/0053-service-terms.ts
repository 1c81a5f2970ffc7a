import { sql, type Kysely } from 'kysely';

/** The terms of service by version, and who accepted which of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- What a version says is in the wording of the line, by its name.
    create table service_terms (
      version text primary key check (version ~ '^[0-9]{4}-[0-9]{2}$'),
      in_force_from date not null unique
    );
    insert into service_terms values ('2026-01', '2026-01-01');
    create trigger service_terms_kept before update or delete on service_terms
      for each row execute function history_is_immutable();

    create table terms_consent (
      account_id text not null references account,
      version text not null references service_terms,
      -- The call in which the terms were told and accepted with a key.
      call_id uuid not null,
      language language not null,
      at timestamptz not null,
      primary key (account_id, version)
    );
    create trigger terms_consent_kept before update or delete on terms_consent
      for each row execute function history_is_immutable();
  `.execute(db);
}
