import { ensureDebian, redis } from './apt.ts';

/** Before the project "redis" of vitest: Redis is installed where that may be done. The tests that find none fail, and say what to run. */
export default async function setup(): Promise<void> {
  const installed = await ensureDebian([redis]);
  if (installed.kind === 'missing') console.log(`redis: ${installed.message}`);
}
