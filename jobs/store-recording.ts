import { rm } from 'node:fs/promises';
import { findRecording, storedRecording, type Recording } from '#db/recordings.ts';
import { StorageError, type Kept } from '#media/recordings/storage.ts';
import type { Bench } from './steps.ts';

export type Stored = 'stored' | 'already-stored' | 'not-finished' | 'unknown';

/** By day, then call: 2026/05/01/<call>/<recording>.wav. Days are UTC. */
export const keyOf = (recording: Pick<Recording, 'id' | 'callId' | 'intendedAt'>): string =>
  `${recording.intendedAt.toISOString().slice(0, 10).replaceAll('-', '/')}/${recording.callId}/${recording.id}.wav`;

/**
 * Brings one finished recording from the spool to storage:
 *
 *   finished --put--> --compare: same--> --mark in the database--> --remove from the spool--> stored
 *
 * Looks first at what is there, so it may be run again after dying anywhere, and by two processes at once. The spool file is removed only
 * when storage has been compared with the hash in the database and the database says so. Throws StorageError, DatabaseUnavailable: try again.
 */
export async function storeRecording(bench: Bench, recordingId: string, signal?: AbortSignal): Promise<Stored> {
  const { db, storage, log, onStep } = bench;
  onStep?.('look', recordingId);
  const recording = await findRecording(db, recordingId);
  if (!recording) return 'unknown';
  if (!recording.finished) return 'not-finished';
  const { sha256, bytes } = recording.finished;
  const kept = { path: recording.spoolPath, key: keyOf(recording), sha256, bytes };

  const before = await storage.verify(kept, signal);
  if (before !== 'same') {
    if (recording.stored && recording.stored.location !== storage.locationOf(kept.key)) {
      // Stored elsewhere before the configuration changed: nothing of ours to judge, and the spool file stays.
      log.warn({ recording: recordingId, location: recording.stored.location }, 'recording lies in another storage');
      return 'already-stored';
    }
    await putWhole(bench, recordingId, kept, signal);
  }
  onStep?.('mark', recordingId);
  const location = storage.locationOf(kept.key);
  const marked = await storedRecording(db, recordingId, { storage: storage.kind, location, verifiedAt: bench.now() });
  onStep?.('remove', recordingId);
  await rm(recording.spoolPath, { force: true });
  if (marked) log.info({ call: recording.callId, recording: recordingId, location, bytes }, 'recording stored');
  return marked ? 'stored' : 'already-stored';
}

/** Puts a file into storage and compares what arrived. Throws StorageError. */
export async function putWhole(
  { storage, onStep }: Pick<Bench, 'storage' | 'onStep'>,
  id: string,
  kept: Kept,
  signal: AbortSignal | undefined,
): Promise<void> {
  onStep?.('put', id);
  await storage.put(kept, signal);
  onStep?.('compare', id);
  const after = await storage.verify(kept, signal);
  if (after !== 'same') throw new StorageError('corrupt', `${kept.key} arrived ${after} in storage.`);
}
