import { expect, test } from 'vitest';
import { addToOutbox } from '#db/outbox.ts';
import { sql } from 'kysely';
import { startJobs } from './start.ts';
import { backendOptions, onRedis, theRedis } from './testing/backend.ts';
import { noMoney } from './testing/no-money.ts';
import { log, make, reaches, said, server, spoolFolder, start, storage, useSpool } from './testing/spool.ts';

useSpool();

test('of many processes one does what comes round', async () => {
  await addToOutbox(server.db, 'from-the-future', {});
  const at = new Date('2026-05-01T12:00:00Z');
  const options = {
    ...{
      db: server.db,
      databaseUrl: server.url,
      storage,
      ...{ spoolFolder, messageFolder: spoolFolder },
      log,
      ...noMoney(server.db),
      ...backendOptions(),
    },
    ...{ relayEveryMs: 20, lockMs: 500, now: () => at },
  };
  const processes = await Promise.all(Array.from({ length: 4 }, () => startJobs(options)));
  await expect.poll(() => said('nobody takes this topic').length).toBeGreaterThan(0);
  const sweeps = async () => (await Promise.all(processes.map((one) => one.dump()))).filter((one) => one.lastSweep);
  await expect.poll(async () => (await sweeps()).length).toBe(1);
  // Stopping waits for every loop, so whoever would have done it a second time has.
  for (const one of processes) await one.stop();
  expect(said('nobody takes this topic')).toHaveLength(1);
});

if (!onRedis)
  test('a jobs process keeps to a few connections', async () => {
    await start();
    const made = await Promise.all(Array.from({ length: 12 }, () => make('finished')));
    for (const { id } of made) await reaches(id, 'stored');
    // Those of the queues: pools of 2 and 3, 2 and 5, and one to be woken by for each worker.
    const query = sql<{ many: number }>`select count(*)::int as many from pg_stat_activity
    where backend_type = 'client backend' and application_name not like 'homeline%'`;
    const { rows } = await query.execute(server.db);
    expect(rows[0]?.many).toBeGreaterThan(0);
    expect(rows[0]?.many).toBeLessThanOrEqual(14);
  });

test.runIf(onRedis)(
  'after Redis was killed, and lost all it held, relay, queues and workers go on by themselves',
  async () => {
    const redis = theRedis();
    if (!redis) throw new Error('There is no Redis.');
    await start();
    const { id: first } = await make('finished');
    await reaches(first, 'stored');
    await redis.crash();
    const { id: second } = await make('finished');
    await expect.poll(() => said('queue connection failed').length, { timeout: 15_000 }).toBeGreaterThan(0);
    await redis.revive();
    await reaches(second, 'stored');
  },
);
