import { sql, type Kysely } from 'kysely';

/** Files of the bank's lockbox: each taken once and whole, its lines posted one by one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table lockbox_file (
      id bigint generated always as identity primary key,
      -- Of the bytes as they came. Null: still being read, by the transaction that wrote it.
      sha256 sha256 constraint lockbox_file_once unique,
      lockbox text not null check (lockbox <> ''),
      day date not null,
      file integer not null,
      imported_by text not null check (imported_by <> ''),
      imported_at timestamptz not null
    );

    create table lockbox_line (
      file_id bigint not null references lockbox_file,
      line integer not null check (line > 0),
      cents bigint not null check (cents >= 0),
      state text not null check (state in ('waiting', 'on-account', 'in-suspense', 'duplicate', 'rejected')),
      -- Null: it could not be read, and 'reason' says why.
      item_key text,
      item jsonb,
      reason text,
      payment_id bigint references payment,
      primary key (file_id, line),
      constraint lockbox_line_read check ((item is null) = (item_key is null) and (item is not null or state = 'rejected')),
      constraint lockbox_line_reason check ((state = 'rejected') <= (reason is not null)),
      constraint lockbox_line_paid check ((state in ('on-account', 'in-suspense', 'duplicate')) <= (payment_id is not null))
    );
    -- A payment is posted by one line; the others are its duplicates.
    create unique index lockbox_line_payment on lockbox_line (payment_id) where state in ('on-account', 'in-suspense');
    create index lockbox_line_waiting on lockbox_line (file_id, line) where state = 'waiting';
    create index lockbox_line_rejected on lockbox_line (file_id, line) where state = 'rejected';

    -- A file that was committed was read to its end.
    create function lockbox_file_is_whole() returns trigger language plpgsql as $f$
      begin
        if exists (select from lockbox_file where id = new.id and sha256 is null) then
          raise exception 'A lockbox file is kept when it was read to its end.' using errcode = '23514', constraint = 'lockbox_file_whole';
        end if;
        return null;
      end
    $f$;
    create constraint trigger lockbox_file_whole after insert on lockbox_file deferrable initially deferred
      for each row execute function lockbox_file_is_whole();
  `.execute(db);
}
