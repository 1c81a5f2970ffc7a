import { sql, type Selectable } from 'kysely';
import type { Database } from '../connect.ts';
import { addToOutbox } from '../outbox.ts';
import type { Language } from '../people.ts';
import type { DeskMessageTable, MessageState } from '../schema/desk.ts';
import { atDesk, noteAtDesk } from './events.ts';

export type { MessageState } from '../schema/desk.ts';

/** What somebody said when no agent could be had. */
export interface Message {
  readonly id: string;
  readonly callId: string;
  readonly language: Language;
  /** Where the call came from, E.164; undefined: withheld. */
  readonly callingNumber: string | undefined;
  readonly begunAt: Date;
  readonly keepDays: number;
  readonly state: MessageState;
  /** Where they are called back, E.164; undefined: nobody knows. */
  readonly number: string | undefined;
  /** The sound, once there is any. */
  readonly sound: (MessageSound & { readonly recordedAt: Date; readonly keepUntil: Date }) | undefined;
  /** Where it lies in storage; undefined: in the spool still. */
  readonly location: string | undefined;
  readonly agentId: string | undefined;
  readonly deletedAt: Date | undefined;
}

/** The closed file. */
export interface MessageSound {
  readonly spoolPath: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly seconds: number;
}

/** The outbox topic of a message whose file waits in the spool; payload {"messageId"}. */
export const MESSAGE_LEFT = 'desk-message.left';

function toMessage(row: Selectable<DeskMessageTable>): Message {
  const { recordedAt, keepUntil, spoolPath, sha256, bytes, seconds } = row;
  return {
    ...{ id: row.id, callId: row.callId, language: row.language, callingNumber: row.callingNumber ?? undefined },
    ...{ begunAt: row.begunAt, keepDays: row.keepDays, state: row.state, number: row.number ?? undefined },
    sound:
      recordedAt && keepUntil && spoolPath !== null && sha256 !== null
        ? { recordedAt, keepUntil, spoolPath, sha256, bytes: Number(bytes), seconds: seconds ?? 0 }
        : undefined,
    ...{ location: row.location ?? undefined, agentId: row.agentId ?? undefined },
    deletedAt: row.deletedAt ?? undefined,
  };
}

/** Before the caller speaks: from now on somebody looks for a file. False: this call has left its message already. */
export async function beginMessage(
  db: Database,
  begun: Pick<Message, 'id' | 'callId' | 'language' | 'callingNumber' | 'keepDays'> & {
    readonly accountId: string | undefined;
    readonly at: Date;
  },
): Promise<boolean> {
  const { at: begunAt, callingNumber = null, accountId = null, language, keepDays, ...known } = begun;
  const again = { language, keepDays, begunAt, state: 'begun' } as const;
  const row = await db
    .insertInto('deskMessage')
    .values({ ...known, callingNumber, accountId, ...again })
    .onConflict((conflict) =>
      conflict.column('callId').doUpdateSet(again).where('deskMessage.state', 'in', ['begun', 'dropped']),
    )
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** The caller would rather leave none, or said nothing. */
export async function dropMessage(db: Database, callId: string): Promise<void> {
  const update = db.updateTable('deskMessage').set({ state: 'dropped' });
  await update.where('callId', '=', callId).where('state', '=', 'begun').execute();
}

/** Keeps what was said, for the days that the caller was told of; storing its file goes into the outbox. False: it is kept, or dropped, already. */
export async function keepMessage(
  db: Database,
  callId: string,
  { number, recordedAt, ...sound }: MessageSound & Pick<Message, 'number'> & { readonly recordedAt: Date },
  at: Date,
): Promise<boolean> {
  return atDesk(db, async (trx) => {
    const row = await trx
      .updateTable('deskMessage')
      .set({
        ...{ ...sound, bytes: String(sound.bytes), state: 'new', number: number ?? null, recordedAt },
        keepUntil: sql<Date>`${recordedAt}::timestamptz + make_interval(hours => 24 * keep_days)`,
      })
      .where('callId', '=', callId)
      .where('state', '=', 'begun')
      .returning('id')
      .executeTakeFirst();
    if (!row) return false;
    await addToOutbox(trx, MESSAGE_LEFT, { messageId: row.id });
    await noteAtDesk(trx, at, 'message-left', { messageId: row.id }, { seconds: sound.seconds });
    return true;
  });
}

export async function findMessage(db: Database, id: string): Promise<Message | undefined> {
  const row = await db.selectFrom('deskMessage').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toMessage(row);
}

export async function messageOfCall(db: Database, callId: string): Promise<Message | undefined> {
  const row = await db.selectFrom('deskMessage').selectAll().where('callId', '=', callId).executeTakeFirst();
  return row && toMessage(row);
}

/**
 * Gives an agent the oldest message that nobody hears, in a language that they speak: of any number of agents one gets it. One that was taken
 * before `lapsedBefore` and not heard to an end is nobody's any more. `not`: what this agent has left for others.
 */
export async function takeMessage(
  db: Database,
  who: {
    readonly agentId: string;
    readonly node: string;
    readonly not: readonly string[];
    readonly lapsedBefore: Date;
  },
  at: Date,
): Promise<Message | undefined> {
  const { agentId, node, not, lapsedBefore } = who;
  return atDesk(db, async (trx) => {
    const { rows } = await sql<Selectable<DeskMessageTable>>`
      update desk_message set state = 'taken', agent_id = ${agentId}, node = ${node}, taken_at = ${at}::timestamptz
      where id = (
        select id from desk_message
        where state in ('new', 'taken') and deleted_at is null and (state = 'new' or taken_at < ${lapsedBefore}::timestamptz)
          and keep_until > ${at}::timestamptz
          and language in (select language from agent_language where agent_id = ${agentId})
          and id::text not in (select jsonb_array_elements_text(${JSON.stringify(not)}::text::jsonb))
        order by recorded_at, id limit 1 for update skip locked)
      returning *`.execute(trx);
    const [row] = rows;
    if (!row) return undefined;
    await noteAtDesk(trx, at, 'message-taken', { messageId: row.id, agentId });
    return toMessage(row);
  });
}

/** An agent hears it; one that was deleted meanwhile is nobody's. */
const isTaken = sql<boolean>`state = 'taken' and deleted_at is null`;

/** The agent is done with it. False: it is not theirs any more. */
export async function doneMessage(db: Database, id: string, agentId: string, at: Date): Promise<boolean> {
  return atDesk(db, async (trx) => {
    const update = trx.updateTable('deskMessage').set({ state: 'done', doneAt: at });
    const own = update.where('id', '=', id).where(isTaken).where('agentId', '=', agentId);
    if ((await own.executeTakeFirst()).numUpdatedRows === 0n) return false;
    await noteAtDesk(trx, at, 'message-done', { messageId: id, agentId });
    return true;
  });
}

const nobodys = { state: 'new', agentId: null, node: null, takenAt: null } as const;

/** The agent leaves it for others; nothing happens to one that is not theirs. */
export async function putBackMessage(db: Database, id: string, agentId: string, at: Date): Promise<void> {
  await atDesk(db, async (trx) => {
    const update = trx.updateTable('deskMessage').set(nobodys);
    const own = update.where('id', '=', id).where(isTaken).where('agentId', '=', agentId);
    if ((await own.executeTakeFirst()).numUpdatedRows > 0n)
      await noteAtDesk(trx, at, 'message-put-back', { messageId: id, agentId });
  });
}

/** What agents were hearing in a process that died waits for others. */
export async function putBackMessagesOf(db: Database, node: string): Promise<void> {
  await db.updateTable('deskMessage').set(nobodys).where(isTaken).where('node', '=', node).execute();
}

/** Its file lies in storage and was read back. False: it does already, or is deleted. */
export async function storedMessage(
  db: Database,
  id: string,
  place: { readonly storage: 'folder' | 's3'; readonly location: string; readonly storedAt: Date },
): Promise<boolean> {
  const update = db.updateTable('deskMessage').set(place).where('id', '=', id).where('storedAt', 'is', null);
  return (await update.where('deletedAt', 'is', null).executeTakeFirst()).numUpdatedRows > 0n;
}

/** Gives out again the storing of what was recorded before `before` and is in the spool still. Returns how many. */
export async function giveOutMessages(db: Database, before: Date): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const left = await trx
      .selectFrom('deskMessage')
      .select('id')
      .where('storedAt', 'is', null)
      .where('deletedAt', 'is', null)
      .where('recordedAt', '<', before)
      .execute();
    for (const { id } of left) await addToOutbox(trx, MESSAGE_LEFT, { messageId: id });
    return left.length;
  });
}

/** Messages that were begun in calls that are over, or before `before`: nobody lived to keep or drop them. */
export async function leftBegun(db: Database, { endedBefore, before }: Record<'endedBefore' | 'before', Date>) {
  const rows = await db
    .selectFrom('deskMessage')
    .leftJoin('lineCall', 'lineCall.id', 'deskMessage.callId')
    .selectAll('deskMessage')
    .where('deskMessage.state', '=', 'begun')
    .where((eb) => eb.or([eb('lineCall.endedAt', '<', endedBefore), eb('begunAt', '<', before)]))
    .orderBy('begunAt')
    .execute();
  return rows.map(toMessage);
}

/** Those whose time is over at `at` and whose sound is still there; but not what an agent may be hearing, taken after `lapsedBefore`. */
export async function expiredMessages(
  db: Database,
  { at, lapsedBefore }: { readonly at: Date; readonly lapsedBefore: Date },
  limit: number,
): Promise<Message[]> {
  const rows = await db
    .selectFrom('deskMessage')
    .selectAll()
    .where('deletedAt', 'is', null)
    .where('keepUntil', '<=', at)
    .where((eb) => eb.or([eb('state', '<>', 'taken'), eb('takenAt', '<', lapsedBefore)]))
    .orderBy('keepUntil')
    .limit(limit)
    .execute();
  return rows.map(toMessage);
}

/** Its sound is gone, from storage and from the spool. The first time counts. */
export async function deletedMessage(db: Database, id: string, at: Date): Promise<boolean> {
  return atDesk(db, async (trx) => {
    const update = trx.updateTable('deskMessage').set({ deletedAt: at }).where('id', '=', id);
    if ((await update.where('deletedAt', 'is', null).executeTakeFirst()).numUpdatedRows === 0n) return false;
    await noteAtDesk(trx, at, 'message-deleted', { messageId: id });
    return true;
  });
}
