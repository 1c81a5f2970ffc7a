import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import { inTransaction } from './in-transaction.ts';
import { addToOutbox } from './outbox.ts';
import type { RecordingTable } from './schema/recordings.ts';

/**
 * intended (before the first frame) -> started -> finished (closed, hashed) -> stored (uploaded and verified).
 * absent: the call ended and there is no file; with `startedAt` that is a loss, without it the talk never came.
 */
export type RecordingState = 'intended' | 'started' | 'finished' | 'stored' | 'absent';

export interface Recording {
  readonly id: string;
  readonly callId: string;
  readonly spoolPath: string;
  readonly channels: number;
  readonly state: RecordingState;
  readonly intendedAt: Date;
  readonly startedAt?: Date;
  readonly finished?: RecordingFile & { readonly at: Date };
  readonly stored?: RecordingPlace;
}

/** The closed file. */
export interface RecordingFile {
  readonly sha256: string;
  readonly bytes: number;
  readonly seconds: number;
  /** Its header was put right after a crash. */
  readonly repaired: boolean;
}

export interface RecordingPlace {
  readonly storage: 'folder' | 's3';
  readonly location: string;
  readonly verifiedAt: Date;
}

/** The outbox topic of a finished recording; payload {"recordingId"}. */
export const RECORDING_FINISHED = 'recording.finished';

const toRecording = (row: Selectable<RecordingTable>): Recording => ({
  id: row.id,
  callId: row.callId,
  spoolPath: row.spoolPath,
  channels: row.channels,
  state: row.state,
  intendedAt: row.intendedAt,
  ...(row.startedAt && { startedAt: row.startedAt }),
  ...(row.finishedAt &&
    row.sha256 !== null && {
      finished: {
        at: row.finishedAt,
        sha256: row.sha256,
        bytes: Number(row.bytes),
        seconds: row.seconds ?? 0,
        repaired: row.repaired ?? false,
      },
    }),
  ...(row.storage &&
    row.verifiedAt && {
      stored: { storage: row.storage, location: row.location ?? '', verifiedAt: row.verifiedAt },
    }),
});

/** Before the first frame: from now on a sweeper knows that there should be a file. */
export async function intendRecording(
  db: Database,
  recording: {
    readonly id: string;
    readonly callId: string;
    readonly spoolPath: string;
    readonly channels: number;
    readonly at: Date;
  },
): Promise<void> {
  const { id, callId, spoolPath, channels, at } = recording;
  await db
    .insertInto('recording')
    .values({ id, callId, spoolPath, channels, intendedAt: at })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/** The media server said that it records. */
export async function startedRecording(db: Database, id: string, at: Date): Promise<void> {
  await db
    .updateTable('recording')
    .set({ state: 'started', startedAt: at })
    .where('id', '=', id)
    .where('state', '=', 'intended')
    .execute();
}

/** The file is closed and hashed. In the same transaction the work of storing it goes into the outbox. False: was finished before. */
export async function finishRecording(
  db: Database,
  id: string,
  file: RecordingFile & { readonly at?: Date },
): Promise<boolean> {
  const { sha256, bytes, seconds, repaired, at = new Date() } = file;
  return inTransaction(db, async (trx) => {
    const result = await trx
      .updateTable('recording')
      .set({ state: 'finished', finishedAt: at, sha256, bytes, seconds, repaired })
      .where('id', '=', id)
      .where('state', 'in', ['intended', 'started', 'absent'])
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n) return false;
    await addToOutbox(trx, RECORDING_FINISHED, { recordingId: id });
    return true;
  });
}

/** It lies in storage and was read back. False: it was not finished, or is stored already. */
export async function storedRecording(db: Database, id: string, place: RecordingPlace): Promise<boolean> {
  const result = await db
    .updateTable('recording')
    .set({ state: 'stored', ...place })
    .where('id', '=', id)
    .where('state', '=', 'finished')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Its call is over and there is no file. */
export async function absentRecording(db: Database, id: string): Promise<boolean> {
  const result = await db
    .updateTable('recording')
    .set({ state: 'absent' })
    .where('id', '=', id)
    .where('state', 'in', ['intended', 'started'])
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function findRecording(db: Database, id: string): Promise<Recording | undefined> {
  const row = await db.selectFrom('recording').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toRecording(row);
}

/** The recording of a call; the newest, if it has several. */
export async function recordingOf(db: Database, callId: string): Promise<Recording | undefined> {
  const query = db.selectFrom('recording').selectAll().where('callId', '=', callId);
  const row = await query.orderBy('intendedAt', 'desc').limit(1).executeTakeFirst();
  return row && toRecording(row);
}

/** Recordings that are not stored yet, the oldest first, each with the time its call was closed (absent: the call goes on). */
export async function openRecordings(
  db: Database,
  filter: { readonly node?: string; readonly limit?: number } = {},
): Promise<(Recording & { readonly callClosedAt?: Date })[]> {
  let query = db
    .selectFrom('recording')
    .innerJoin('call', 'call.id', 'recording.callId')
    .selectAll('recording')
    .select('call.closedAt')
    // Spelled out, so that the planner sees the partial index.
    .where(sql<boolean>`recording.state in ('intended', 'started', 'finished')`);
  if (filter.node !== undefined) query = query.where('call.node', '=', filter.node);
  const rows = await query
    .orderBy('intendedAt')
    .limit(filter.limit ?? 1_000)
    .execute();
  return rows.map(({ closedAt, ...row }) => ({ ...toRecording(row), ...(closedAt && { callClosedAt: closedAt }) }));
}

/** The recordings these spool files belong to; a path without one is an orphan. */
export async function recordingsAt(db: Database, spoolPaths: readonly string[]): Promise<Map<string, Recording>> {
  if (spoolPaths.length === 0) return new Map();
  const rows = await db
    .selectFrom('recording')
    .selectAll()
    .where(
      'spoolPath',
      'in',
      sql<string>`(select jsonb_array_elements_text(${JSON.stringify(spoolPaths)}::text::jsonb))`,
    )
    .execute();
  return new Map(rows.map((row) => [row.spoolPath, toRecording(row)]));
}
