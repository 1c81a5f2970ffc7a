import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openDatabase, type Database } from './connect.ts';
import { startEmbeddedPostgres } from './embedded.ts';
import { readPidFile } from './embedded/postmaster.ts';
import { Migrator, sql } from 'kysely';
import { migrate, migrations } from './migrate.ts';

export interface TestDatabase {
  readonly url: string;
  readonly db: Database;
  /** SIGKILL for the server; its connections break. */
  crash(): Promise<void>;
  /** Starts it again on the same port. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
/** Tests lose nothing in a power cut. */
const settings = { fsync: 'off', shared_buffers: '16MB', autovacuum: 'off' };

/**
 * A real PostgreSQL of its own with the schema and no rows, for one test file, in about 0.3 s. The migrated cluster is made once per
 * machine and version of the migrations (a second or two) and copied from then on.
 */
export async function startTestDatabase(): Promise<TestDatabase> {
  const prepared = await preparedCluster();
  const folder = await mkdtemp(join(await fastPlace(), 'homeline-postgres-'));
  await run('chmod', ['711', folder]);
  await run('cp', ['-a', join(prepared, 'data'), folder]);
  let server = await startEmbeddedPostgres({ folder, settings });
  const db = openDatabase(server.url, { connectMs: 15_000, statementMs: 15_000 });
  return {
    url: server.url,
    db,
    async crash() {
      const pid = (await readPidFile(join(folder, 'data')))?.pid ?? 0;
      process.kill(pid, 'SIGKILL');
      await server.stop(); // waits until it is gone
    },
    async revive() {
      server = await startEmbeddedPostgres({ folder, settings, port: Number(new URL(server.url).port) });
    },
    async stop() {
      await db.destroy();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Another database on this server, with the schema of before `migration`: its url. */
export async function databaseBefore(server: TestDatabase, name: string, migration: string): Promise<string> {
  const at = (database: string) => server.url.replace(/\/homeline$/, `/${database}`);
  const maintenance = openDatabase(at('postgres'), { max: 1 });
  await sql`create database ${sql.ref(name)} template template0`.execute(maintenance);
  await maintenance.destroy();
  const db = openDatabase(at(name), { max: 2, connectMs: 15_000, statementMs: 15_000 });
  const older = Object.fromEntries(Object.entries(migrations).filter(([each]) => each < migration));
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => older } }).migrateToLatest();
  await db.destroy();
  if (error) throw new Error(`The schema before ${migration} cannot be made.`, { cause: error });
  return at(name);
}

/** Memory if there is plenty (a cluster is 1,500 small files), else the disk. */
export async function fastPlace(): Promise<string> {
  const memory = '/dev/shm';
  const free = await statfs(memory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return free > 2 ** 30 ? memory : tmpdir();
}

async function preparedCluster(): Promise<string> {
  const here = import.meta.dirname;
  const hash = createHash('sha256').update(readFileSync(join(here, 'migrate.ts')));
  for (const folder of ['migrations', 'embedded'])
    for (const name of readdirSync(join(here, folder)).sort()) hash.update(readFileSync(join(here, folder, name)));
  const cache = join(tmpdir(), `homeline-test-cluster-${userInfo().uid}-${hash.digest('hex').slice(0, 16)}`);
  const made = () =>
    stat(cache).then(
      () => true,
      () => false,
    );
  // One of several test processes makes it; one that died making it is not waited for longer than this.
  const lock = `${cache}.lock`;
  for (let waited = 0; !(await made()); waited += 100) {
    const mine = waited > 60_000 || (await mkdir(lock).then(() => true, () => false)); // prettier-ignore
    if (mine) {
      await makeCluster(cache).finally(() => rm(lock, { recursive: true, force: true }));
      break;
    }
    await pause(100);
  }
  return cache;
}

async function makeCluster(cache: string): Promise<void> {
  const nascent = `${cache}.${process.pid}`;
  await mkdir(nascent, { mode: 0o711 });
  const server = await startEmbeddedPostgres({ folder: nascent, settings });
  await migrate(server.url);
  await server.stop();
  await rename(nascent, cache).catch(() => rm(nascent, { recursive: true, force: true })); // another run was faster
}
