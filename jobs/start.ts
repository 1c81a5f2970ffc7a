import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { DepositDeps } from '#accounts/deposits/deposit-by-card.ts';
import type { TellDeps } from '#accounts/enrolment/news.ts';
import type { RailDeps } from '#accounts/rails/ports.ts';
import type { FundingDeps } from '#accounts/funding/ports.ts';
import type { SendDeps } from '#accounts/notices/send.ts';
import type { RefundDeps } from '#accounts/refunds/ports.ts';
import type { Database } from '#db/connect.ts';
import { probeDisk } from '#media/recordings/file.ts';
import type { Storage } from '#media/recordings/storage.ts';
import { noMeter, type Meter } from './meter.ts';
import { giveAgain, openQueue, toJob, type OpenQueue, type QueueOptions } from './queue.ts';
import { relay } from './relay.ts';
import { repeatingOf, type DocumentParts, type Repeating } from './repeating.ts';
import { repeat, round } from './rounds.ts';
import type { Bench, Log, Step } from './steps.ts';
import { sweep, type SweepReport } from './sweep.ts';
import { waitBefore, type QueueName, type Topic } from './topic.ts';
import { topicsOf } from './topics.ts';
import { RECORDING_FINISHED } from '#db/recordings.ts';
import { workOn } from './work.ts';
import { WebhookSender, type WebhookParts } from './webhooks/send.ts';

export interface JobsOptions {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly redisUrl?: string;
  readonly storage: Storage;
  /** Where the media server writes; every jobs process of one database sees the same folder. */
  readonly spoolFolder: string;
  /** Where voice messages lie until they are stored; the same. */
  readonly messageFolder: string;
  readonly funding: FundingDeps;
  readonly deposits: DepositDeps;
  readonly rails: RailDeps;
  readonly refunds: RefundDeps;
  readonly notices: SendDeps;
  /** By whom holders are told of their accounts. */
  readonly holders: TellDeps;
  /** Absent: nobody looks after pictures of identity documents. */
  readonly documents?: DocumentParts;
  /** Absent: nobody is told by webhook. */
  readonly webhooks?: WebhookParts;
  readonly log: Log;
  readonly meter?: Meter;
  /** How often the outbox is looked at. Milliseconds. */
  readonly relayEveryMs?: number;
  readonly sweepEveryMs?: number;
  /** How long a recording is left to those who made it before the sweeper takes it. Milliseconds. */
  readonly graceMs?: number;
  readonly lockMs?: number;
  /** Instead of the first wait of every topic. Milliseconds. */
  readonly firstWaitMs?: number;
  /** How long stop() waits for work that is going on. Milliseconds. */
  readonly drainMs?: number;
  readonly now?: () => Date;
  readonly onStep?: (step: Step, id: string) => void;
}

export interface Jobs {
  /** Topics that somebody takes. */
  readonly topics: readonly string[];
  /** One sweep, now. */
  sweep(): Promise<SweepReport>;
  /** Live state, for metrics and for looking at. */
  dump(): Promise<JobsState>;
  /** Takes no new work, finishes what is going on (at most drainMs), and closes its connections; `db` stays open. */
  stop(): Promise<void>;
}

export interface JobsState {
  readonly queues: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The last one that this process did. */
  readonly lastSweep: (SweepReport & { readonly at: Date }) | undefined;
  readonly spool: { readonly freeBytes: number; readonly totalBytes: number } | undefined;
}

const CLOSE_MS = 5_000;

/** Starts the relay (outbox to queues), a worker on each queue (topics.ts), and what comes round (repeating.ts). */
export async function startJobs(options: JobsOptions): Promise<Jobs> {
  const {
    db,
    storage,
    log,
    databaseUrl,
    redisUrl,
    onStep,
    funding,
    deposits,
    rails,
    refunds,
    notices,
    holders,
    meter = noMeter,
  } = options;
  const { relayEveryMs = 500, sweepEveryMs = 60_000, graceMs = 30_000, drainMs = 20_000 } = options;
  const { lockMs = 30_000, firstWaitMs, spoolFolder, messageFolder, now = () => new Date() } = options;
  const bench: Bench = { db, storage, log, now, ...(onStep && { onStep }) };
  const documents = options.documents && { documents: options.documents };
  const all = { ...bench, deps: funding, refunds, notices, holders };
  const topics: ReadonlyMap<string, Topic> = new Map(topicsOf(all).map((topic) => [topic.name, topic]));
  const stopping = new AbortController();
  // Each round waits for it.
  setMaxListeners(0, stopping.signal);
  const impatient = new AbortController();
  let lastSweep: JobsState['lastSweep'];

  const queueOptions: QueueOptions = {
    databaseUrl,
    onError: (error) => log.warn({ err: error }, 'queue connection failed'),
    lockMs,
    ...(redisUrl !== undefined && { redisUrl }),
  };
  const open = (name: QueueName): Promise<OpenQueue> =>
    openQueue(name, queueOptions, workOn({ topics, log, meter, signal: impatient.signal }), (job, attempt) => {
      const waits = topics.get(job?.name ?? '')?.waits ?? { firstMs: 1_000, longestMs: 60_000 };
      return waitBefore(attempt, { ...waits, ...(firstWaitMs !== undefined && { firstMs: firstWaitMs }) });
    });
  const queues = { recordings: await open('recordings'), money: await open('money'), notices: await open('notices') };

  const sweepNow = async () => {
    const topic = topics.get(RECORDING_FINISHED);
    const again = async (id: string) => topic !== undefined && giveAgain(queues[topic.queue].queue, toJob(topic, id));
    const report = await sweep(bench, again, { spoolFolder, graceMs });
    lastSweep = { ...report, at: now() };
    return report;
  };
  const rounds: readonly Repeating[] = [
    { name: 'sweep', everyMs: sweepEveryMs, work: sweepNow },
    ...repeatingOf({ ...all, ...documents, deposits, rails, messageFolder, topics: [...topics.keys()] }),
  ];
  const repeating = { log, stopping: stopping.signal };
  const hand = { db, log, topics, queues, ...(onStep && { onStep }) };
  const loops = [
    repeat('relay', { ...repeating, otherwiseMs: relayEveryMs }, () => relay(hand).then(() => relayEveryMs)),
    ...rounds.map((job) =>
      repeat(job.name, { ...repeating, otherwiseMs: Math.min(job.everyMs, 5_000) }, () => round(db, job, now)),
    ),
  ];
  const opened = Object.entries(queues);
  for (const [, { worker }] of opened) loops.push(worker.run());
  if (options.webhooks) {
    const sender = new WebhookSender({ ...options.webhooks, db, log, now, signal: impatient.signal });
    const tell = repeat('webhooks', { ...repeating, otherwiseMs: relayEveryMs }, () =>
      sender.round().then(() => relayEveryMs),
    );
    loops.push(tell.then(() => sender.idle()));
  }

  return {
    topics: [...topics.keys()],
    sweep: sweepNow,
    async dump() {
      const counts = opened.map(async ([name, { queue }]) => [name, await queue.getJobCounts()] as const);
      const spool = await probeDisk(spoolFolder).catch(() => undefined);
      return { queues: Object.fromEntries(await Promise.all(counts)), lastSweep, spool };
    },
    async stop() {
      stopping.abort();
      const impatience = setTimeout(() => impatient.abort(), drainMs);
      const ended = Promise.allSettled([...opened.map(([, { worker }]) => worker.close()), ...loops]);
      const closed = ended.then(() => Promise.allSettled(opened.map(([, { queue }]) => queue.close())));
      // A queue that is away at this moment can keep close() waiting; what it holds is safe without us.
      const given = new AbortController();
      const givenUp = pause(drainMs + CLOSE_MS, undefined, { signal: given.signal }).catch(() => undefined);
      await Promise.race([closed, givenUp]);
      clearTimeout(impatience);
      given.abort();
    },
  };
}
