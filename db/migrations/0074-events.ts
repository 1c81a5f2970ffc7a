import { sql, type Kysely } from 'kysely';

/**
 * What web and app layers are told as it happens: written by the database in the transaction of its cause, whoever that is, and put into one order
 * afterwards (publish_events). Whoever brings in many rows of another system sets homeline.events to off for that session, and nobody is told.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await tables(db);
  await causes(db);
}

const tables = (db: Kysely<unknown>) =>
  sql`
    create domain event_kind as text check (value in ('call.offered', 'call.accepted', 'call.ended', 'recording.stored', 'deposit.captured',
      'deposit.declined', 'balance.low', 'block.placed', 'block.lifted'));

    create table event (
      id bigint generated always as identity primary key,
      kind event_kind not null,
      -- What it is about; once for each kind: a call ends once.
      subject text not null check (subject <> ''),
      at timestamptz not null,
      data jsonb not null check (jsonb_typeof(data) = 'object'),
      -- Its place in the order in which everybody reads; null: not published yet.
      seq bigint constraint event_seq_once unique check (seq > 0),
      constraint event_once unique (kind, subject)
    );
    create index event_unpublished on event (id) where seq is null;
    create index event_age on event (at) where seq is not null;

    create table webhook (
      id uuid primary key,
      idempotency_key text constraint webhook_key_once unique check (idempotency_key <> ''),
      request_hash sha256 not null,
      url text not null check (url ~ '^https?://' and length(url) <= 2000),
      kinds jsonb not null check (jsonb_typeof(kinds) = 'array' and jsonb_array_length(kinds) > 0),
      -- Who is told when it is disabled.
      email text not null check (email <> ''),
      language language not null,
      made_at timestamptz not null,
      -- Everything up to this place was acknowledged, or is not of its kinds.
      sent_seq bigint not null check (sent_seq >= 0),
      -- In a row; since when; and when it is tried again.
      failures integer not null default 0 check (failures >= 0),
      failing_since timestamptz,
      last_failure text check (last_failure <> ''),
      due_at timestamptz not null,
      -- Whoever sends has it to itself until then.
      leased_until timestamptz,
      ended_at timestamptz,
      ended_as text check (ended_as in ('deleted', 'failing')),
      constraint webhook_failing check ((failures = 0) = (failing_since is null) and (failures = 0) = (last_failure is null)),
      constraint webhook_ended_whole check ((ended_at is null) = (ended_as is null))
    );
    create index webhook_due on webhook (due_at) where ended_at is null;

    create function note_event(p_kind text, p_subject text, p_at timestamptz, p_data jsonb) returns void language plpgsql as $f$
      begin
        if coalesce(current_setting('homeline.events', true), '') = 'off' then return; end if;
        insert into event (kind, subject, at, data) values (p_kind, p_subject, p_at, jsonb_strip_nulls(p_data))
          on conflict (kind, subject) do nothing;
        if found then perform pg_notify('event', ''); end if;
      end
    $f$;

    /*
     * Gives those that are committed their place, in the order in which they were written down. One after the other, so that no place is given
     * after a later one was read; a cause that is committed late gets a late place.
     */
    create function publish_events() returns bigint language plpgsql as $f$
      declare
        many bigint;
      begin
        perform pg_advisory_xact_lock(hashtextextended('publish events', 0));
        with placed as (
          select id, (select coalesce(max(seq), 0) from event) + row_number() over (order by id) as place
          from (select id from event where seq is null order by id limit 5000) as waiting)
        update event set seq = placed.place from placed where event.id = placed.id;
        get diagnostics many = row_count;
        return many;
      end
    $f$;
  `.execute(db);

const causes = (db: Kysely<unknown>) =>
  sql`
    -- The called party's phone is answered and the call is offered; they accept it.
    create function tell_call_state() returns trigger language plpgsql as $f$
      declare
        about call;
      begin
        select * into about from call where id = new.call_id;
        -- The journal of a call may reach the database after its end.
        if about.closed_at is not null and exists (select from event where kind = 'call.ended' and subject = new.call_id::text) then
          return null;
        end if;
        perform note_event(case new.data->>'state' when 'greeting' then 'call.offered' else 'call.accepted' end, new.call_id::text, new.at,
          jsonb_build_object('callId', new.call_id, 'facilityId', about.facility_id, 'number', about.number));
        return null;
      end
    $f$;
    create trigger call_state_told after insert on call_event
      for each row when (new.kind = 'state' and new.data->>'state' in ('greeting', 'talking')) execute function tell_call_state();

    create function tell_call_ended() returns trigger language plpgsql as $f$
      begin
        perform note_event('call.ended', new.id::text, new.closed_at, jsonb_build_object('callId', new.id, 'facilityId', new.facility_id,
          'number', new.number, 'disposition', new.disposition, 'endedBy', new.ended_by,
          'talkSeconds', coalesce(greatest(floor(extract(epoch from new.done_at - new.talking_at)), 0), 0)::integer));
        return null;
      end
    $f$;
    create trigger call_ended_told after update of closed_at on call
      for each row when (old.closed_at is null and new.closed_at is not null) execute function tell_call_ended();

    create function tell_recording_stored() returns trigger language plpgsql as $f$
      begin
        perform note_event('recording.stored', new.id::text, new.verified_at, jsonb_build_object('callId', new.call_id, 'recordingId', new.id,
          'seconds', new.seconds, 'sha256', new.sha256));
        return null;
      end
    $f$;
    create trigger recording_stored_told after update of state on recording
      for each row when (new.state = 'stored' and old.state <> 'stored') execute function tell_recording_stored();

    create function tell_deposit() returns trigger language plpgsql as $f$
      begin
        perform note_event('deposit.' || new.state, new.id::text, coalesce(new.settled_at, now()), jsonb_build_object('depositId', new.id,
          'accountId', new.account_id, 'cents', new.cents, 'channel', new.channel,
          'reason', case when new.state = 'declined' then new.decline_reason end));
        return null;
      end
    $f$;
    create trigger deposit_told after update of state on deposit
      for each row when (new.state <> old.state and new.state in ('captured', 'declined')) execute function tell_deposit();

    create function tell_low_balance() returns trigger language plpgsql as $f$
      begin
        perform note_event('balance.low', new.id::text, new.at,
          jsonb_build_object('accountId', new.account_id, 'balanceCents', new.balance_cents));
        return null;
      end
    $f$;
    create trigger low_balance_told after insert on low_balance for each row execute function tell_low_balance();

    create function tell_block() returns trigger language plpgsql as $f$
      begin
        perform note_event(case when new.lifted_at is null then 'block.placed' else 'block.lifted' end, new.id::text,
          coalesce(new.lifted_at, new.placed_at), jsonb_build_object('blockId', new.id::text, 'number', new.number,
            'facilityId', new.facility_id, 'by', coalesce(new.lifted_by, new.placed_by)));
        return null;
      end
    $f$;
    create trigger block_placed_told after insert on block
      for each row when (new.lifted_at is null) execute function tell_block();
    create trigger block_lifted_told after update of lifted_at on block
      for each row when (old.lifted_at is null and new.lifted_at is not null) execute function tell_block();
  `.execute(db);
