import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '#db/connect.ts';
import { takeTurn } from '#db/repeating-jobs.ts';
import type { Repeating } from './repeating.ts';
import type { Log } from './steps.ts';

/** Runs `work` at once and then after each pause that it returns (milliseconds), or `otherwiseMs` when it throws, until `stopping`. */
export async function repeat(
  what: string,
  { log, stopping, otherwiseMs }: { readonly log: Log; readonly stopping: AbortSignal; readonly otherwiseMs: number },
  work: () => Promise<number>,
): Promise<void> {
  while (!stopping.aborted) {
    const wait = await work().catch((error: unknown) => {
      log.warn({ err: error }, `${what} failed; it will be tried again`);
      return otherwiseMs;
    });
    await pause(wait, undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** Looks for the turn, and does the work when this process has it. Returns how long to wait before looking again. Milliseconds. */
export async function round(db: Database, job: Repeating, now: () => Date): Promise<number> {
  const { taken, nextAt } = await takeTurn(db, job.name, job.everyMs, now());
  if (taken) await job.work();
  // Clocks of processes differ, so a turn may seem to be over by now, or far away.
  return Math.min(Math.max(nextAt.getTime() - now().getTime(), 1), job.everyMs);
}
