import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '#db/connect.ts';
import { notifyWith } from '#accounts/notices/notice.ts';
import { webhookKeys } from '#accounts/webhooks/secret.ts';
import { webhookWords } from '#accounts/webhooks/wording.ts';
import { startJobs } from '#jobs/start.ts';
import { blockListOf } from '#jobs/webhooks/networks.ts';
import { openStorage } from '#media/recordings/storage.ts';
import { main } from './child.ts';
import { openGateway } from './gateway.ts';
import { documentKeysOf } from './documents.ts';
import { documentStore } from './document-store.ts';
import { databaseHealth } from './health.ts';
import { meterOf, observeContradictions, observeOutbox } from './jobs-metrics.ts';
import { moneyOf } from './money.ts';
import { newMetrics, observe } from './observe.ts';
import { sendersOf } from './senders.ts';
import { storageOf } from './storage.ts';

/** Background work: recordings from the spool to storage, AutoPay and TextPay, refunds, notices, and what a crash left behind. */
main('jobs', async (config, log) => {
  if (config.DATABASE_URL === undefined)
    throw new Error('DATABASE_URL says where the database is; `npm start` sets it');
  const db = openDatabase(config.DATABASE_URL, { name: 'homeline jobs', max: 8 });
  const spoolFolder = join(config.VAR_FOLDER, 'spool', 'recordings');
  const messageFolder = join(config.VAR_FOLDER, 'spool', 'messages');
  for (const folder of [spoolFolder, messageFolder]) await mkdir(folder, { recursive: true });
  const storage = await openStorage(storageOf(config));
  const metrics = newMetrics('jobs');
  const jobs = await startJobs({
    db,
    databaseUrl: config.DATABASE_URL,
    ...(config.REDIS_URL === undefined ? {} : { redisUrl: config.REDIS_URL }),
    storage,
    spoolFolder,
    messageFolder,
    ...moneyOf(db, openGateway(config, db, log)),
    documents: {
      keys: documentKeysOf(config),
      store: documentStore(storage),
      keptDays: config.ID_DOCUMENT_DAYS,
    },
    notices: sendersOf(config, log),
    webhooks: {
      keys: webhookKeys(config.IDENTITY_SECRET),
      notify: notifyWith(webhookWords, () => new Date()),
      allowed: blockListOf(config.WEBHOOK_NETWORKS ?? []),
    },
    log,
    meter: meterOf(metrics),
    sweepEveryMs: config.SWEEP_SECONDS * 1000,
    graceMs: config.SWEEP_SECONDS * 500,
  });
  observeOutbox(metrics, db, jobs.topics);
  observeContradictions(metrics, db);
  const observed = await observe(
    config.OBSERVE_PORT,
    metrics,
    () => 'ok',
    () => jobs.dump(),
    { host: config.OBSERVE_HOST, ready: () => databaseHealth(db) },
  );
  return {
    ports: { observe: observed.port },
    stop: async () => {
      await jobs.stop();
      await db.destroy();
    },
  };
});
