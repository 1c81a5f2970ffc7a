import { sql, type Kysely } from 'kysely';

/** What an account that somebody opens has: its number, the facility it was opened for, its authorised numbers' history, a profile. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Which of the United States a facility lies in, as USPS abbreviates it; families find it by that. Null: it is not offered to them.
    alter table facility add column state text check (state ~ '^[A-Z]{2}$');
    create index facility_state on facility (state, name, id) where active and state is not null;

    -- Ten digits. The first is 1, as in no telephone number of ten digits (NANP: 2-9): whoever types one on a phone need not say which it is.
    create domain account_no as text check (value ~ '^1[0-9]{9}$' and value = with_check_digit(left(value, 9)::bigint));

    -- Two transactions that draw the same one at the same moment (1 in 100,000,000) are told apart by account_no_once.
    create function new_account_no() returns account_no volatile language plpgsql as $f$
      declare
        drawn text;
      begin
        loop
          drawn := with_check_digit(100000000 + floor(random() * 100000000)::bigint);
          exit when not exists (select from account where number = drawn);
        end loop;
        return drawn;
      end
    $f$;

    alter table account add column number account_no;
    -- Each old account draws from a share of its own.
    with place as (
      select id, row_number() over (order by random()) - 1 as nth, 100000000 / greatest(count(*) over (), 1) as share from account)
    update account set number = with_check_digit(100000000 + place.nth * place.share + floor(random() * place.share)::bigint)
      from place where place.id = account.id;
    alter table account
      alter column number set default new_account_no(),
      alter column number set not null,
      add constraint account_no_once unique (number);

    create domain holder_way as text check (value in ('web', 'phone-line', 'agent'));

    create table enrolment (
      account_id text primary key references account,
      idempotency_key text not null check (idempotency_key <> '') constraint enrolment_once unique,
      request_hash sha256 not null,
      -- Null: opened on the phone line, to be chosen on the web.
      facility_id text references facility,
      number e164 not null,
      by_kind holder_way not null,
      by_id text,
      at timestamptz not null,
      -- Who let it be opened though another open account has its number.
      shared_by text check (shared_by in ('passcode', 'agent')),
      constraint enrolled_where check (facility_id is not null or by_kind = 'phone-line'),
      constraint enrolled_by_named_agent check (by_kind <> 'agent' or by_id <> '')
    );

    create table account_number_change (
      id bigint generated always as identity primary key,
      account_id text not null references account,
      number e164 not null,
      kind text not null check (kind in ('added', 'removed')),
      by_kind holder_way not null,
      by_id text,
      at timestamptz not null
    );
    create index account_number_change_account on account_number_change (account_id, id desc);
    create trigger account_number_change_kept before update or delete on account_number_change
      for each row execute function history_is_immutable();

    -- Guide row 39: at least one. The account's row makes two who remove at once follow each other.
    create function account_keeps_a_number() returns trigger language plpgsql as $f$
      begin
        perform from account where id = old.account_id for no key update;
        if not exists (select from account_number where account_id = old.account_id) then
          raise exception 'An account keeps at least one number.' using errcode = '23514', constraint = 'account_keeps_a_number';
        end if;
        return null;
      end
    $f$;
    create trigger account_keeps_a_number after delete on account_number
      for each row execute function account_keeps_a_number();

    -- No row: nobody has written anything down, which is version 0. Empty where it is not known yet.
    create table account_profile (
      account_id text primary key references account,
      version integer not null check (version > 0),
      first_name text check (first_name <> ''),
      last_name text check (last_name <> ''),
      address_line1 text check (address_line1 <> ''),
      address_line2 text check (address_line2 <> ''),
      city text check (city <> ''),
      region text check (region <> ''),
      postal_code text check (postal_code <> ''),
      -- ISO 3166-1 alpha-2.
      country text check (country ~ '^[A-Z]{2}$'),
      phone e164,
      language language not null,
      notices text not null check (notices in ('text', 'e-mail', 'both', 'none')),
      -- Where texts go.
      mobile us_number,
      email text check (email <> ''),
      changed_at timestamptz not null,
      constraint profile_named_whole check ((first_name is null) = (last_name is null)),
      constraint profile_addressed_whole check (num_nonnulls(address_line1, city, region, postal_code, country) in (0, 5)
        and (address_line2 is null or address_line1 is not null)),
      constraint profile_texts_need_mobile check (notices not in ('text', 'both') or mobile is not null),
      constraint profile_mail_needs_address check (notices not in ('e-mail', 'both') or email is not null)
    );

    -- Which fields changed, not what they say.
    create table account_profile_change (
      account_id text not null references account,
      version integer not null,
      fields jsonb not null check (jsonb_typeof(fields) = 'array'),
      by_kind holder_way not null,
      by_id text,
      at timestamptz not null,
      primary key (account_id, version)
    );
    create trigger account_profile_change_kept before update or delete on account_profile_change
      for each row execute function history_is_immutable();
  `.execute(db);
}
