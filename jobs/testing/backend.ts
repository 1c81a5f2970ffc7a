import { afterAll, beforeAll } from 'vitest';
import { startTestRedis, type TestRedis } from './redis.ts';

/** Set by the project "redis" of vitest, which runs every test of jobs/ a second time (vitest.config.ts). */
export const onRedis = process.env['JOBS_BACKEND'] === 'redis';

let redis: TestRedis | undefined;

/** For one test file: its queues live in a Redis of its own, or in its database. */
export function useBackend(): void {
  if (!onRedis) return;
  beforeAll(async () => {
    redis = await startTestRedis();
  });
  afterAll(() => redis?.stop());
}

export const theRedis = (): TestRedis | undefined => redis;

/** What startJobs() is told of the backend. */
export const backendOptions = (): { readonly redisUrl?: string } => (redis ? { redisUrl: redis.url } : {});
