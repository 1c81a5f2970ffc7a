import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase, type Database, type DatabaseOptions } from '#db/connect.ts';
import { startEmbeddedPostgres } from '#db/embedded.ts';
import { migrate } from '#db/migrate.ts';

export const CONNECTIONS = 16;

/** A PostgreSQL of its own on the disk, durable as in production, for as long as `work` takes. */
export async function onFreshServer<T>(
  work: (db: Database) => Promise<T>,
  options: Pick<DatabaseOptions, 'byIndex'> & { readonly log?: (line: string) => void } = {},
): Promise<T> {
  const { byIndex = false, log = () => undefined } = options;
  const folder = await mkdtemp(join(tmpdir(), 'homeline-bench-'));
  // The server's own user has to enter it.
  await chmod(folder, 0o711);
  const settings = { shared_buffers: '1GB', max_wal_size: '4GB', work_mem: '64MB', maintenance_work_mem: '512MB' };
  const server = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), settings, log });
  try {
    await migrate(server.url);
    const open = { max: CONNECTIONS, connectMs: 60_000, statementMs: 600_000, name: 'homeline bench', byIndex };
    const db = openDatabase(server.url, open);
    try {
      return await work(db);
    } finally {
      await db.destroy();
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs `work` on `lanes` lanes, each after the other, for `seconds`; the time each took, in milliseconds. */
export async function keepBusy(
  lanes: number,
  seconds: number,
  work: (n: number) => Promise<unknown>,
): Promise<number[]> {
  const until = performance.now() + seconds * 1_000;
  const took: number[] = [];
  let n = 0;
  const lane = async () => {
    while (performance.now() < until) {
      const begun = performance.now();
      await work(n++);
      took.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return took;
}

/** Begins `work` at an even rate, whatever becomes of those before it, for `seconds`; the time each took from there, in milliseconds. */
export async function keepPace(
  perSecond: number,
  seconds: number,
  work: (n: number) => Promise<unknown>,
): Promise<number[]> {
  const first = performance.now();
  const timed = async (n: number) => {
    const begun = performance.now();
    await work(n);
    return performance.now() - begun;
  };
  const all: Promise<number>[] = [];
  for (let n = 0; n < perSecond * seconds; n++) {
    await pause(first + (n * 1_000) / perSecond - performance.now());
    all.push(timed(n));
  }
  return Promise.all(all);
}
