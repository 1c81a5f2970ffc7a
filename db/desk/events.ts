import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { inTransaction } from '../in-transaction.ts';
import { storableJson } from '../json.ts';
import type { Language } from '../people.ts';

export interface DeskEvent {
  readonly at: Date;
  readonly kind: string;
  readonly entryId: string | null;
  readonly agentId: string | null;
  readonly data: Record<string, unknown>;
}

/** The channel on which it is notified that something happened at the desk. */
export const DESK_EVENT_CHANNEL = 'desk_event';

/**
 * Writes down what happened, in the transaction (of {@link atDesk}, so that events are read in the order of their ids) in which it happens.
 * `data` holds no secret.
 */
export async function noteAtDesk(
  trx: Database,
  at: Date,
  kind: string,
  about: {
    readonly entryId?: string | undefined;
    readonly agentId?: string | undefined;
    readonly messageId?: string | undefined;
  },
  data: Record<string, unknown> = {},
): Promise<void> {
  const { entryId = null, agentId = null, messageId = null } = about;
  await trx
    .insertInto('deskEvent')
    .values({ at, kind, entryId, agentId, messageId, data: storableJson(data) })
    .execute();
  await sql`select pg_notify(${DESK_EVENT_CHANNEL}, '')`.execute(trx);
}

/** What happened with an entry, in order. */
export async function eventsOfEntry(db: Database, entryId: string): Promise<DeskEvent[]> {
  const query = db.selectFrom('deskEvent').select(['at', 'kind', 'entryId', 'agentId', 'data']);
  return query.where('entryId', '=', entryId).orderBy('id').execute();
}

/** What happened, told to whoever shows it to agents: with who calls. */
export interface DeskNews extends DeskEvent {
  /** Grows from one to the next. */
  readonly id: string;
  readonly call: CallAtDesk | undefined;
  /** The voice message that it is about. */
  readonly messageId: string | null;
}

export interface CallAtDesk {
  readonly id: string;
  readonly language: Language;
  /** E.164; undefined: withheld. */
  readonly number: string | undefined;
  /** Named to the line, not proved; its number is the one on letters. */
  readonly account: { readonly id: string; readonly number: string } | undefined;
  readonly way: 'line' | 'call-back';
  readonly enteredAt: Date;
}

/** What happened after the event with this id, in order. */
export async function deskEventsAfter(db: Database, id: string, most: number): Promise<DeskNews[]> {
  const rows = await db
    .selectFrom('deskEvent as event')
    .leftJoin('deskEntry as entry', 'entry.id', 'event.entryId')
    .leftJoin('account', 'account.id', 'entry.accountId')
    .select(['event.id', 'event.at', 'event.kind', 'event.entryId', 'event.agentId', 'event.messageId', 'event.data'])
    .select(['entry.callId', 'entry.language', 'entry.number', 'entry.way', 'entry.enteredAt'])
    .select(['account.id as accountId', 'account.number as accountNumber'])
    .where('event.id', '>', id)
    .orderBy('event.id')
    .limit(most)
    .execute();
  return rows.map(({ callId, language, number, way, enteredAt, accountId, accountNumber, ...event }) => ({
    ...event,
    call:
      callId === null || language === null || way === null || enteredAt === null
        ? undefined
        : {
            ...{ id: callId, language, way, enteredAt, number: number ?? undefined },
            account:
              accountId === null || accountNumber === null ? undefined : { id: accountId, number: accountNumber },
          },
  }));
}

/** The id of what happened last; '0' when nothing did. */
export async function lastDeskEvent(db: Database): Promise<string> {
  const { last } = await db
    .selectFrom('deskEvent')
    .select((eb) => eb.fn.max('id').as('last'))
    .executeTakeFirstOrThrow();
  return last ?? '0';
}

/** What happened with a voice message, in order. */
export async function eventsOfMessage(db: Database, messageId: string): Promise<DeskEvent[]> {
  const query = db.selectFrom('deskEvent').select(['at', 'kind', 'entryId', 'agentId', 'data']);
  return query.where('messageId', '=', messageId).orderBy('id').execute();
}

/** Any number, the same for everybody who changes something at the desk. */
const DESK = 8_660_036;

/**
 * One change of the desk at a time, of whatever process: who is next is decided on what stands. No account is locked in it. Within a transaction
 * the desk is the caller's until that ends.
 */
export const atDesk = <T>(db: Database, work: (trx: Database) => Promise<T>): Promise<T> =>
  inTransaction(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(${DESK}::bigint)`.execute(trx);
    return work(trx);
  });
