import { stat } from 'node:fs/promises';
import { absentRecording, finishRecording, type Recording } from '#db/recordings.ts';
import { hashFile } from '#media/recordings/file.ts';
import { repairWav } from '#media/recordings/repair.ts';
import { NoWav } from '#media/recordings/wav.ts';
import type { Bench } from './steps.ts';

export type Finished = 'finished' | 'already-finished' | 'absent' | 'still-written';

/**
 * Finishes a recording that nobody finished: its call is over, whoever ran it is gone. The header is put right, the file hashed, and the
 * work of storing it goes into the outbox. A file that changed within the last `quietMs` is somebody's still.
 */
export async function finishLeftOver(bench: Bench, recording: Recording, quietMs: number): Promise<Finished> {
  const { db, log, now, onStep } = bench;
  const facts = { call: recording.callId, recording: recording.id, path: recording.spoolPath };
  const file = await stat(recording.spoolPath).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) {
    if (!(await absentRecording(db, recording.id))) return 'already-finished';
    if (recording.startedAt) log.error(facts, 'recording lost: it was started and there is no file');
    else log.info(facts, 'nothing was recorded');
    return 'absent';
  }
  if (now().getTime() - file.mtimeMs < quietMs) return 'still-written';

  onStep?.('repair', recording.id);
  const sound = await repairWav(recording.spoolPath).catch((error: unknown) => {
    if (!(error instanceof NoWav)) throw error;
    // What is there is kept as it is: no header, but perhaps sound.
    log.error({ ...facts, bytes: file.size, reason: error.message }, 'recording has no readable header');
    return { repaired: false, seconds: 0 };
  });
  onStep?.('hash', recording.id);
  const hash = await hashFile(recording.spoolPath);
  onStep?.('finish', recording.id);
  const { repaired, seconds } = sound;
  if (!(await finishRecording(db, recording.id, { ...hash, seconds, repaired, at: now() }))) return 'already-finished';
  log.warn({ ...facts, seconds, repaired }, 'recording finished after its call was given up');
  return 'finished';
}
