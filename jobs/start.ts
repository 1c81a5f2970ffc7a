import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '#db/connect.ts';
import { handOver, pruneOutbox } from '#db/outbox.ts';
import { RECORDING_FINISHED } from '#db/recordings.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { probeDisk } from '#media/recordings/file.ts';
import { StorageError, type Storage } from '#media/recordings/storage.ts';
import { openQueue, toJob } from './queue.ts';
import type { Bench, Log, Step } from './steps.ts';
import { storeRecording } from './store-recording.ts';
import { sweep, type SweepReport } from './sweep.ts';

export interface JobsOptions {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly redisUrl?: string;
  readonly storage: Storage;
  /** Where the media server writes; every jobs process of one database sees the same folder. */
  readonly spoolFolder: string;
  readonly log: Log;
  readonly concurrency?: number;
  /** How often the outbox is looked at. Milliseconds. */
  readonly relayEveryMs?: number;
  readonly sweepEveryMs?: number;
  /** How long a recording is left to those who made it before the sweeper takes it. Milliseconds. */
  readonly graceMs?: number;
  readonly lockMs?: number;
  readonly firstWaitMs?: number;
  /** How long stop() waits for work that is going on. Milliseconds. */
  readonly drainMs?: number;
  readonly now?: () => Date;
  readonly onStep?: (step: Step, recordingId: string) => void;
}

export interface Jobs {
  /** One sweep, now. */
  sweep(): Promise<SweepReport>;
  /** Live state, for metrics and for looking at. */
  dump(): Promise<JobsState>;
  /** Takes no new work, finishes what is going on (at most drainMs), and closes its connections; `db` stays open. */
  stop(): Promise<void>;
}

export interface JobsState {
  readonly queue: Readonly<Record<string, number>>;
  readonly lastSweep: (SweepReport & { readonly at: Date }) | undefined;
  readonly spool: { readonly freeBytes: number; readonly totalBytes: number } | undefined;
}

const BATCH = 100;
const CLOSE_MS = 5_000;
const FORGET_AFTER_MS = 7 * 24 * 3_600_000;

/** Starts relay (outbox to queue), worker (spool to storage) and sweeper (what a crash left behind). */
export async function startJobs(options: JobsOptions): Promise<Jobs> {
  const { db, storage, log, databaseUrl, redisUrl, onStep } = options;
  const { relayEveryMs = 500, sweepEveryMs = 60_000, graceMs = 30_000, drainMs = 20_000 } = options;
  const { concurrency = 2, lockMs = 30_000, firstWaitMs = 1_000, now = () => new Date() } = options;
  const bench: Bench = { db, storage, log, now, ...(onStep && { onStep }) };
  const stopping = new AbortController();
  const impatient = new AbortController();
  let lastSweep: JobsState['lastSweep'];

  const onError = (error: Error) => log.warn({ err: error }, 'queue connection failed');
  const queueOptions = {
    databaseUrl,
    onError,
    lockMs,
    concurrency,
    firstWaitMs,
    ...(redisUrl !== undefined && { redisUrl }),
  };
  const { queue, worker } = await openQueue(queueOptions, (job) =>
    storeRecording(bench, job.data.recordingId, impatient.signal),
  );
  worker.on('failed', (job, error) => {
    const trouble = error instanceof StorageError ? error.trouble : isUnavailable(error) ? 'database' : 'fault';
    const facts = { err: error, recording: job?.data.recordingId, attempt: job?.attemptsMade, trouble };
    log.error(facts, 'storing a recording failed; it stays in the spool and is tried again');
  });

  const relay = async () => {
    const hand = async (entries: readonly { payload: Record<string, unknown> }[]) => {
      const ids = entries.map((entry) => String(entry.payload.recordingId));
      for (const id of ids) onStep?.('hand', id);
      await queue.addBulk(ids.map(toJob));
      for (const id of ids) onStep?.('handed', id);
    };
    while ((await handOver(db, [RECORDING_FINISHED], BATCH, hand)) === BATCH);
  };
  const sweepNow = async () => {
    const report = await sweep(bench, queue, { spoolFolder: options.spoolFolder, graceMs });
    lastSweep = { ...report, at: now() };
    await pruneOutbox(db, new Date(now().getTime() - FORGET_AFTER_MS));
    return report;
  };

  /** Runs `work` at once and then every `everyMs`, whatever it throws, until stop(). */
  const repeat = async (what: string, everyMs: number, work: () => Promise<unknown>) => {
    while (!stopping.signal.aborted) {
      await work().catch((error: unknown) => log.warn({ err: error }, `${what} failed; it will be tried again`));
      await pause(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const loops = [repeat('relay', relayEveryMs, relay), repeat('sweep', sweepEveryMs, sweepNow), worker.run()];

  return {
    sweep: sweepNow,
    async dump() {
      const spool = await probeDisk(options.spoolFolder).catch(() => undefined);
      return { queue: await queue.getJobCounts(), lastSweep, spool };
    },
    async stop() {
      stopping.abort();
      const impatience = setTimeout(() => impatient.abort(), drainMs);
      const closed = Promise.allSettled([worker.close(), ...loops]).then(() => queue.close());
      // A queue that is away at this moment can keep close() waiting; what it holds is safe without us.
      const given = new AbortController();
      const givenUp = pause(drainMs + CLOSE_MS, undefined, { signal: given.signal }).catch(() => undefined);
      await Promise.race([closed, givenUp]);
      clearTimeout(impatience);
      given.abort();
    },
  };
}
