import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '#db/connect.ts';
import { startJobs } from '#jobs/start.ts';
import { openStorage } from '#media/recordings/storage.ts';
import { main } from './child.ts';
import { openGateway } from './gateway.ts';
import { meterOf, observeContradictions, observeOutbox } from './jobs-metrics.ts';
import { moneyOf } from './money.ts';
import { newMetrics, observe } from './observe.ts';
import { sendersOf } from './senders.ts';

/** Background work: recordings from the spool to storage, AutoPay and TextPay, refunds, notices, and what a crash left behind. */
main('jobs', async (config, log) => {
  if (config.DATABASE_URL === undefined)
    throw new Error('DATABASE_URL says where the database is; `npm start` sets it');
  const db = openDatabase(config.DATABASE_URL, { name: 'homeline jobs', max: 8 });
  const spoolFolder = join(config.VAR_FOLDER, 'spool', 'recordings');
  await mkdir(spoolFolder, { recursive: true });
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint, S3_REGION: region } = config;
  const storage = await openStorage(
    bucket === undefined
      ? { kind: 'folder', folder: join(config.VAR_FOLDER, 'recordings') }
      : { kind: 's3', bucket, region, ...(endpoint === undefined ? {} : { endpoint }) },
  );
  const metrics = newMetrics('jobs');
  const jobs = await startJobs({
    db,
    databaseUrl: config.DATABASE_URL,
    ...(config.REDIS_URL === undefined ? {} : { redisUrl: config.REDIS_URL }),
    storage,
    spoolFolder,
    ...moneyOf(db, openGateway(config, db, log)),
    notices: sendersOf(config, log),
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
  );
  return {
    ports: { observe: observed.port },
    stop: async () => {
      await jobs.stop();
      await db.destroy();
    },
  };
});
