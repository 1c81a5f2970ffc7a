import type { Database } from '#db/connect.ts';
import { waitingTopics, type WaitingTopic } from '#db/outbox.ts';
import type { Log } from './steps.ts';

/** Topics that wait in the outbox and that nobody takes: another version of the programme wrote them, or a worker is missing. They are kept. */
export async function complainOfUnknownTopics({
  db,
  log,
  topics,
}: {
  readonly db: Database;
  readonly log: Log;
  readonly topics: readonly string[];
}): Promise<WaitingTopic[]> {
  const unknown = (await waitingTopics(db)).filter(({ topic }) => !topics.includes(topic));
  for (const { topic, entries, since } of unknown)
    log.error(
      { topic, entries, since },
      'nobody takes this topic: its entries stay in the outbox until a worker for it runs',
    );
  return unknown;
}
