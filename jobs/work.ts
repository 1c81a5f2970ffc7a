import type { Job } from 'bullmq';
import { isUnavailable } from '#db/unavailable.ts';
import { StorageError } from '#media/recordings/storage.ts';
import type { Meter } from './meter.ts';
import type { QueuedWork } from './queue.ts';
import type { Log } from './steps.ts';
import { Later, type Topic } from './topic.ts';

export interface WorkBench {
  readonly topics: ReadonlyMap<string, Topic>;
  readonly log: Log;
  readonly meter: Meter;
  readonly signal: AbortSignal;
}

const troubleOf = (error: unknown): string =>
  error instanceof StorageError ? error.trouble : isUnavailable(error) ? 'database' : 'fault';

/** Does one job, and says and counts how it ended. What it throws is the queue's to try again. */
export const workOn =
  ({ topics, log, meter, signal }: WorkBench) =>
  async (job: Job<QueuedWork>): Promise<void> => {
    const topic = topics.get(job.name);
    const { id } = job.data;
    const facts = { topic: job.name, id, attempt: job.attemptsMade + 1 };
    try {
      // Given by a newer version of the programme: one of its processes will take it.
      if (!topic) throw new Error(`This process has no worker for the topic ${job.name}.`);
      await topic.work({ id, signal });
      meter.worked(topic.name, 'done');
    } catch (error) {
      if (error instanceof Later) {
        meter.worked(job.name, 'later');
        log.info({ ...facts, reason: error.message }, `${topic?.what ?? 'work'} has to wait`);
      } else {
        meter.worked(job.name, 'failed');
        const trouble = { err: error, trouble: troubleOf(error) };
        log.error({ ...facts, ...trouble }, `${topic?.what ?? 'work'} failed; it is tried again`);
      }
      throw error;
    }
  };
