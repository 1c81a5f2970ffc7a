import { once } from 'node:events';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { giveAgain, openQueue, toJob } from './queue.ts';
import { backendOptions, useBackend } from './testing/backend.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
useBackend();
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

test('work whose attempts have run out makes room, so that it can be given out anew; until then it is there once', async () => {
  const options = { databaseUrl: server.url, onError: () => undefined, lockMs: 1_000, ...backendOptions() };
  let failures = 0;
  const waits: [string | undefined, number][] = [];
  const fail = async () => {
    failures++;
    throw new Error('no');
  };
  const { queue, worker } = await openQueue('money', options, fail, (job, attempt) => {
    waits.push([job?.name, attempt]);
    return 1;
  });
  const job = toJob({ name: 'topic', attempts: 3 }, 'one');
  expect(await giveAgain(queue, job)).toBe(true);
  expect(await giveAgain(queue, job)).toBe(false);
  await queue.addBulk([job, job, toJob({ name: 'topic', attempts: 3 }, 'one')]);
  expect(await queue.getJobCountByTypes('waiting')).toBe(1);

  const exhausted = new Promise<void>((resolve) => {
    worker.on('failed', (failed) => {
      if (failed === undefined || failed.attemptsMade === 3) resolve();
    });
  });
  const closed = once(worker, 'closed');
  const running = worker.run();
  await exhausted;
  await worker.close();
  await Promise.all([running, closed]);
  expect(failures).toBe(3);
  expect(waits).toEqual([
    ['topic', 1],
    ['topic', 2],
  ]);
  expect(await giveAgain(queue, job)).toBe(true);
  await queue.close();
});
