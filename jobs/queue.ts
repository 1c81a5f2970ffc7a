import { createPostgresBackend, Queue, Worker, type Job } from 'bullmq';
import type { QueueName } from './topic.ts';

export interface QueueOptions {
  readonly databaseUrl: string;
  /** Given: the queues live in Redis, otherwise in the database (schema "bullmq"). */
  readonly redisUrl?: string;
  readonly onError: (error: Error) => void;
  /** How long the work of a process that died stays its own. Milliseconds. */
  readonly lockMs: number;
}

/** What the queue is asked to do: a topic's work on its subject. Only names travel through it; the facts are in the database. */
export interface QueuedWork {
  readonly id: string;
}

/** How much of one queue's work a process does at once. */
export const concurrencies: Readonly<Record<QueueName, number>> = { recordings: 2, money: 4, notices: 2 };

export interface OpenQueue {
  readonly queue: Queue<QueuedWork>;
  readonly worker: Worker<QueuedWork>;
}

/** One job for each topic and subject: handing it twice is handing it once. What is finished, or has failed for good, makes room. */
export const toJob = (topic: { readonly name: string; readonly attempts: number }, id: string) => ({
  name: topic.name,
  data: { id },
  opts: {
    jobId: `${topic.name}-${id}`,
    attempts: topic.attempts,
    backoff: { type: 'custom' },
    removeOnComplete: true,
    removeOnFail: true,
  },
});

/** Puts the work into the queue unless it is there. */
export async function giveAgain(queue: Queue<QueuedWork>, work: ReturnType<typeof toJob>): Promise<boolean> {
  if (await queue.getJob(work.opts.jobId)) return false;
  await queue.add(work.name, work.data, work.opts);
  return true;
}

/** Opens a queue and a worker on it, on either backend; the worker does not work yet. `waitOf` says how long a job waits, in milliseconds. */
export async function openQueue(
  name: QueueName,
  options: QueueOptions,
  work: (job: Job<QueuedWork>) => Promise<void>,
  waitOf: (job: Job<QueuedWork> | undefined, attempt: number) => number,
): Promise<OpenQueue> {
  const { databaseUrl, redisUrl, onError, lockMs } = options;
  const concurrency = concurrencies[name];
  // On PostgreSQL each side has a pool of its own, and the worker one connection more to be woken by.
  const connection = (max: number) =>
    redisUrl === undefined
      ? { connectionString: databaseUrl, migrate: true, max, connectionTimeoutMillis: 5_000, query_timeout: 30_000 }
      : { url: redisUrl, maxRetriesPerRequest: null };
  // The types of the constructors are those of the default backend, Redis; the PostgreSQL one takes the same calls.
  const backend = (redisUrl === undefined ? createPostgresBackend : undefined) as undefined;

  const queue = new Queue<QueuedWork>(name, { connection: connection(2) }, backend);
  queue.on('error', onError);
  await queue.waitUntilReady();
  const workerOptions = {
    connection: connection(concurrency + 1),
    autorun: false,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    // A process may be killed any number of times; that is no fault of the work.
    maxStalledCount: 1_000_000,
    // After an outage; BullMQ's own 15 s would also hold up close().
    runRetryDelay: Math.min(1_000, lockMs),
    settings: {
      backoffStrategy: (attempt: number, _type?: string, _error?: Error, job?: unknown) =>
        waitOf(job as Job<QueuedWork> | undefined, attempt),
    },
  };
  const worker = new Worker<QueuedWork>(name, work, workerOptions, backend);
  worker.on('error', onError);
  await worker.waitUntilReady();
  return { queue, worker };
}
