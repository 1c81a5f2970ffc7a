import { Counter, Gauge, type Registry } from 'prom-client';
import type { Database } from '#db/connect.ts';
import { countContradictions } from '#db/deposit-contradictions.ts';
import { waitingTopics, type WaitingTopic } from '#db/outbox.ts';
import type { Meter } from '#jobs/meter.ts';

/** Counts work by topic and how it ended. */
export function meterOf(metrics: Registry): Meter {
  const work = new Counter({
    name: 'homeline_jobs_total',
    help: 'Work taken from the queues, by topic and how it ended; later: it was not ready to be done',
    labelNames: ['topic', 'end'],
    registers: [metrics],
  });
  return { worked: (topic, end) => work.inc({ topic, end }) };
}

/** What waits in the outbox, looked up when it is asked for: of every topic that is taken, and of those that nobody takes (`taken="no"`). */
export function observeOutbox(
  metrics: Registry,
  db: Database,
  topics: readonly string[],
  now: () => Date = () => new Date(),
): void {
  const labelNames = ['topic', 'taken'] as const;
  const fill = async (gauge: Gauge<(typeof labelNames)[number]>, value: (one: WaitingTopic) => number) => {
    const waiting = await waitingTopics(db);
    gauge.reset();
    for (const topic of topics) gauge.set({ topic, taken: 'yes' }, 0);
    for (const one of waiting)
      gauge.set({ topic: one.topic, taken: topics.includes(one.topic) ? 'yes' : 'no' }, value(one));
  };
  new Gauge({
    name: 'homeline_outbox_entries',
    help: 'Entries of the outbox that no queue has yet, by topic',
    labelNames,
    registers: [metrics],
    collect() {
      return fill(this, ({ entries }) => entries);
    },
  });
  new Gauge({
    name: 'homeline_outbox_oldest_seconds',
    help: 'Age of the oldest of them',
    labelNames,
    registers: [metrics],
    collect() {
      return fill(this, ({ since }) => Math.max(0, now().getTime() - since.getTime()) / 1_000);
    },
  });
}

/** Deposits of which our books and the card gateway say different things and nobody has decided, looked up when it is asked for. */
export function observeContradictions(metrics: Registry, db: Database): void {
  new Gauge({
    name: 'homeline_deposit_contradictions',
    help: 'Deposits of which our books and the card gateway say different things, for an agent to look at',
    registers: [metrics],
    async collect() {
      this.set(await countContradictions(db));
    },
  });
}
