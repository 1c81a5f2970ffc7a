import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openRecordings, recordingsAt } from '#db/recordings.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { finishLeftOver } from './finish-recording.ts';
import { storeRecording } from './store-recording.ts';
import type { Bench } from './steps.ts';

export interface SweepOptions {
  readonly spoolFolder: string;
  /** How long after its call ended, and after its file changed, a recording is left to those who made it. Milliseconds. */
  readonly graceMs: number;
}

export interface SweepReport {
  /** Recordings finished for a process that died. */
  readonly finished: number;
  readonly absent: number;
  /** Finished recordings put into the queue again. */
  readonly requeued: number;
  /** Spool files of stored recordings that were still there. */
  readonly removed: number;
  /** Spool files that belong to no recording: reported, never touched. */
  readonly orphans: readonly string[];
  /** Recordings on which a step failed; the next sweep tries again. */
  readonly failed: number;
}

/**
 * One round. `again` puts a recording into the queue unless it is there. A failure on one recording does not keep the others waiting.
 * Throws DatabaseUnavailable.
 */
export async function sweep(
  bench: Bench,
  again: (recordingId: string) => Promise<boolean>,
  options: SweepOptions,
): Promise<SweepReport> {
  const count = { finished: 0, absent: 0, requeued: 0, removed: 0, failed: 0 };
  const { db, log, now } = bench;
  const attempt = async (recordingId: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (isUnavailable(error)) throw error;
      count.failed++;
      log.error({ err: error, recording: recordingId }, 'sweeping a recording failed');
    }
  };
  const old = (at: Date | undefined) => at !== undefined && now().getTime() - at.getTime() >= options.graceMs;

  for (const recording of await openRecordings(db)) {
    if (recording.finished) {
      if (old(recording.finished.at))
        await attempt(recording.id, async () => {
          if (await again(recording.id)) count.requeued++;
        });
      continue;
    }
    if (!old(recording.callClosedAt)) continue;
    await attempt(recording.id, async () => {
      const outcome = await finishLeftOver(bench, recording, options.graceMs);
      if (outcome === 'finished' || outcome === 'absent') count[outcome]++;
    });
  }

  const orphans: string[] = [];
  const paths = await spoolFiles(options.spoolFolder);
  const known = await recordingsAt(db, paths);
  for (const path of paths) {
    const recording = known.get(path);
    if (!recording) {
      const file = await stat(path).catch(() => undefined);
      if (file && old(file.mtime)) orphans.push(path);
    } else if (recording.state === 'stored') {
      // Whoever has just stored it is about to remove it.
      if (!old(recording.stored?.verifiedAt)) continue;
      await attempt(recording.id, async () => void (await storeRecording(bench, recording.id)));
      if (!(await stat(path).catch(() => undefined))) count.removed++;
    } else if (recording.state === 'absent') {
      await attempt(recording.id, async () => {
        if ((await finishLeftOver(bench, recording, options.graceMs)) === 'finished') count.finished++;
      });
    }
  }
  if (orphans.length > 0)
    log.warn({ orphans: orphans.length, first: orphans.slice(0, 10) }, 'spool files belong to no recording');
  return { ...count, orphans };
}

/** Every file below the spool folder but hidden ones; none when there is no such folder yet. */
async function spoolFiles(folder: string): Promise<string[]> {
  const home = resolve(folder);
  const entries = await readdir(home, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name));
}
