import type { Database } from '#db/connect.ts';
import { handOver, type OutboxEntry } from '#db/outbox.ts';
import { toJob, type OpenQueue } from './queue.ts';
import type { Log, Step } from './steps.ts';
import { subjectOf, type QueueName, type Topic } from './topic.ts';

export interface RelayBench {
  readonly db: Database;
  readonly log: Log;
  readonly topics: ReadonlyMap<string, Topic>;
  readonly queues: Readonly<Record<QueueName, OpenQueue>>;
  readonly onStep?: (step: Step, id: string) => void;
}

const BATCH = 100;

/** Hands to the queues what waits in the outbox, each entry at least once. Throws when the database or a queue is away. */
export async function relay({ db, log, topics, queues, onStep }: RelayBench): Promise<void> {
  const hand = async (entries: readonly OutboxEntry[]) => {
    const jobs: Record<QueueName, ReturnType<typeof toJob>[]> = { recordings: [], money: [], notices: [] };
    for (const { id: entry, topic: name, payload } of entries) {
      const topic = topics.get(name);
      const id = topic && subjectOf(topic, payload);
      // One that nobody can read must not hold up all that come after it.
      if (!topic || id === undefined)
        log.error({ entry, topic: name }, 'an outbox entry does not say what it is about');
      else jobs[topic.queue].push(toJob(topic, id));
    }
    const ids = Object.values(jobs).flatMap((some) => some.map(({ data }) => data.id));
    for (const id of ids) onStep?.('hand', id);
    for (const name of Object.keys(jobs) as QueueName[])
      if (jobs[name].length > 0) await queues[name].queue.addBulk(jobs[name]);
    for (const id of ids) onStep?.('handed', id);
  };
  while ((await handOver(db, [...topics.keys()], BATCH, hand)) === BATCH);
}
