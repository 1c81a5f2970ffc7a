import type { Database } from './connect.ts';
import { storableJson } from './json.ts';

/** Work to be handed to the queue, written in the same transaction as its cause. */
export interface OutboxEntry {
  /** Grows; never given twice. */
  readonly id: string;
  readonly topic: string;
  readonly payload: Record<string, unknown>;
}

export async function addToOutbox(trx: Database, topic: string, payload: Record<string, unknown>): Promise<void> {
  await trx
    .insertInto('outbox')
    .values({ topic, payload: storableJson(payload) })
    .execute();
}

/**
 * Takes up to `limit` waiting entries of these topics, gives them to `hand`, and marks them as handed when it returns; when it throws, or the process
 * dies, they wait for the next time. So an entry is handed at least once. Several relays may work at once: none sees another's entries.
 * Returns how many there were.
 */
export async function handOver(
  db: Database,
  topics: readonly string[],
  limit: number,
  hand: (entries: readonly OutboxEntry[]) => Promise<void>,
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const entries = await trx
      .selectFrom('outbox')
      .select(['id', 'topic', 'payload'])
      .where('handedAt', 'is', null)
      .where('topic', 'in', topics)
      .orderBy('id')
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute();
    if (entries.length === 0) return 0;
    await hand(entries);
    const ids = entries.map((entry) => entry.id);
    await trx.updateTable('outbox').set({ handedAt: new Date() }).where('id', 'in', ids).execute();
    return entries.length;
  });
}

/** Forgets entries handed before `before`. */
export async function pruneOutbox(db: Database, before: Date): Promise<void> {
  await db.deleteFrom('outbox').where('handedAt', '<', before).execute();
}

/** What waits to be handed, by topic, whether somebody takes that topic or not. */
export interface WaitingTopic {
  readonly topic: string;
  readonly entries: number;
  /** When its oldest entry was written. */
  readonly since: Date;
}

export async function waitingTopics(db: Database): Promise<WaitingTopic[]> {
  const rows = await db
    .selectFrom('outbox')
    .select((eb) => ['topic', eb.fn.countAll<string>().as('entries'), eb.fn.min('createdAt').as('since')])
    .where('handedAt', 'is', null)
    .groupBy('topic')
    .orderBy('topic')
    .execute();
  return rows.map(({ topic, entries, since }) => ({ topic, entries: Number(entries), since }));
}
