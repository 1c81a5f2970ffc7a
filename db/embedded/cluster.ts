import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Identity } from './identity.ts';
import { bareEnvironment } from './postmaster.ts';
import type { ServerFiles } from './server-files.ts';

/** The name of the server's owner and of its one database. */
export const NAME = 'homeline';

/** The embedded PostgreSQL cannot be started; the message says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/**
 * Makes the cluster if there is none, and tells its password; refuses one that another version made. It is made beside its place and renamed, with its password inside, so that
 * neither a kill during initdb nor two processes that start at once leave half of one.
 */
export async function initialise(
  cluster: string,
  files: ServerFiles,
  who: Identity | undefined,
  log: (line: string) => void,
): Promise<string> {
  const exists = async () => (await madeBy(cluster)) !== undefined;
  if (!(await exists())) {
    const password = randomBytes(18).toString('base64url');
    const nascent = await mkdtemp(`${cluster}.`);
    const passwordFile = `${nascent}.password`;
    try {
      await writeFile(passwordFile, password, { mode: 0o600 });
      if (who) for (const path of [nascent, passwordFile]) await chown(path, who.uid, who.gid);
      // The built-in locale provider: UTF-8 everywhere, and no collation that changes with the machine's libc.
      const flags = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
      flags.push('--auth=scram-sha-256', `--username=${NAME}`, `--pwfile=${passwordFile}`, `--pgdata=${nascent}`);
      await run(files.initdb, flags, nascent, who, log);
      await rename(passwordFile, join(nascent, PASSWORD_FILE));
      await rename(nascent, cluster).catch(async (error: unknown) => {
        if (!(await exists())) throw error; // else another process was faster
      });
    } finally {
      await rm(nascent, { recursive: true, force: true });
      await rm(passwordFile, { force: true });
    }
  }
  const [made, ours] = [await madeBy(cluster), files.version.split('.')[0] ?? ''];
  if (made !== ours)
    throw new EmbeddedPostgresError(
      `${cluster} was made by PostgreSQL ${made ?? 'of no version'}, and this is PostgreSQL ${ours}, which cannot read it. Bring it over with ` +
        `pg_dumpall of the one and psql of the other, choose another VAR_FOLDER, or set DATABASE_URL to a PostgreSQL that serves it.`,
    );
  return (await readFile(join(cluster, PASSWORD_FILE), 'utf8')).trim();
}

/** The major version of the server that made this cluster; undefined when there is none. */
const madeBy = (cluster: string): Promise<string | undefined> =>
  readFile(join(cluster, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );

const PASSWORD_FILE = 'homeline.password';

async function run(
  command: string,
  flags: string[],
  cwd: string,
  who: Identity | undefined,
  log: (line: string) => void,
): Promise<void> {
  const child = spawn(command, flags, { ...who, cwd, env: bareEnvironment, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      log(bytes.toString().trimEnd());
    });
  const [code] = (await once(child, 'close').catch((cause: unknown) => {
    throw new EmbeddedPostgresError(`${command} cannot be run.`, { cause });
  })) as [number | null];
  if (code !== 0) throw new EmbeddedPostgresError(`PostgreSQL could not make its data folder:\n${said}`);
}

/** Connects to the maintenance database with the same password and makes ours if it is not there. Throws when the server is not ours. */
export async function makeDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [NAME]);
    if (!rowCount)
      await client.query(`create database ${NAME}`).catch((error: { code?: string }) => {
        if (error.code !== '42P04' && error.code !== '23505') throw error; // made by another process meanwhile
      });
  } finally {
    await client.end();
  }
}
