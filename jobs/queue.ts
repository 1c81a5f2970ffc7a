import { createPostgresBackend, Queue, Worker, type Processor } from 'bullmq';

export interface QueueOptions {
  readonly databaseUrl: string;
  /** Given: the queue lives in Redis, otherwise in the database (schema "bullmq"). */
  readonly redisUrl?: string;
  readonly onError: (error: Error) => void;
  /** How long the work of a process that died stays its own. Milliseconds. */
  readonly lockMs: number;
  readonly concurrency: number;
  /** The wait before the first repetition; doubles up to LONGEST_WAIT_MS. */
  readonly firstWaitMs: number;
}

/** What the queue is asked to do. Only names travel through it; the facts are in the database. */
export interface RecordingWork {
  readonly recordingId: string;
}

export type RecordingQueue = Queue<RecordingWork>;

const NAME = 'recordings';
const LONGEST_WAIT_MS = 5 * 60_000;
/** About four hours with the waits above; then the sweeper begins anew. */
const ATTEMPTS = 50;

/** The same recording is in the queue once: handing it twice is handing it once. */
export const jobIdOf = (recordingId: string): string => `recording-${recordingId}`;

export const toJob = (recordingId: string) => ({
  name: 'store',
  data: { recordingId },
  opts: {
    jobId: jobIdOf(recordingId),
    attempts: ATTEMPTS,
    backoff: { type: 'custom' },
    removeOnComplete: true,
  },
});

export const waitBefore = (attempt: number, firstWaitMs: number): number =>
  Math.min(firstWaitMs * 2 ** Math.min(attempt - 1, 30), LONGEST_WAIT_MS);

/** Opens the queue and a worker on it, on either backend; the worker does not work yet. */
export async function openQueue(
  options: QueueOptions,
  work: Processor<RecordingWork>,
): Promise<{ queue: RecordingQueue; worker: Worker<RecordingWork> }> {
  const { databaseUrl, redisUrl, onError, lockMs, concurrency, firstWaitMs } = options;
  const connection =
    redisUrl === undefined
      ? {
          connectionString: databaseUrl,
          migrate: true,
          max: concurrency + 3,
          connectionTimeoutMillis: 5_000,
          query_timeout: 30_000,
        }
      : { url: redisUrl, maxRetriesPerRequest: null };
  // The types of the constructors are those of the default backend, Redis; the PostgreSQL one takes the same calls.
  const backend = (redisUrl === undefined ? createPostgresBackend : undefined) as undefined;

  const queue = new Queue<RecordingWork>(NAME, { connection }, backend);
  queue.on('error', onError);
  await queue.waitUntilReady();
  const workerOptions = {
    connection,
    autorun: false,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    // A process may be killed any number of times; that is no fault of the recording.
    maxStalledCount: 1_000_000,
    // After an outage; BullMQ's own 15 s would also hold up close().
    runRetryDelay: Math.min(1_000, lockMs),
    settings: { backoffStrategy: (attempt: number) => waitBefore(attempt, firstWaitMs) },
  };
  const worker = new Worker<RecordingWork>(NAME, work, workerOptions, backend);
  worker.on('error', onError);
  await worker.waitUntilReady();
  return { queue, worker };
}
