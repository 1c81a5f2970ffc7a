import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedPostgresError, initialise, makeDatabase, NAME } from './embedded/cluster.ts';
import { closedTo, serverIdentity, type Identity } from './embedded/identity.ts';
import { birthOf, hasEnded, readPidFile, startPostmaster, stopChild } from './embedded/postmaster.ts';
import { serverFiles } from './embedded/server-files.ts';

export { EmbeddedPostgresError };

export interface EmbeddedPostgres {
  /** postgres://homeline:<generated password>@127.0.0.1:<port>/homeline */
  readonly url: string;
  /** Resolves with what ended the server when it ends, whoever ended it. */
  readonly ended: Promise<string>;
  /** Fast shutdown. A server that another living process started is left running. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Everything is kept below it: data/, the password, and a copy of the server when node_modules cannot be used. */
  readonly folder: string;
  /** 0 or none: any free port. */
  readonly port?: number;
  readonly log?: (line: string) => void;
  /** PostgreSQL settings beside the defaults (which are durable: fsync and synchronous_commit stay on). */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Whether the embedded server could live in `folder`: as root it runs as `nobody`, who must be able to enter every folder above. */
export const canLiveIn = async (folder: string): Promise<boolean> =>
  (await closedTo(serverIdentity(), resolve(folder, '..'))) === undefined;

const PORT_TRIES = 5;
/** After a SIGKILL the killed server's backends need a moment to notice; measured 0.5 s. */
const HELD_TRIES = 50;
const HELD_PAUSE_MS = 200;
/** How often a server that another process started is looked at. */
const WATCH_MS = 500;

/**
 * Starts a real PostgreSQL on loopback below `folder`, making it on the first start (about a second; later starts 0.1 s). A server that
 * already runs there (left by a killed supervisor, or started by another process) is used, not started twice.
 * Throws EmbeddedPostgresError.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(options.folder);
  const log = options.log ?? (() => undefined);
  const who = serverIdentity();
  await checkWay(folder, who);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  await checkWay(folder, who, true);
  const files = await serverFiles(who, join(folder, 'server'));
  const cluster = join(folder, 'data');
  const password = await initialise(cluster, files, who, log);
  const urlAt = (port: number) => `postgres://${NAME}:${password}@127.0.0.1:${port}/${NAME}`;

  let portTries = 0;
  let heldTries = 0;
  for (;;) {
    const running = await runningServer(folder, cluster, urlAt);
    if (running) return running;
    const port = options.port || (await freePort());
    const start = await startPostmaster({ files, who, cluster, port, settings: options.settings ?? {}, log });
    if (start.kind === 'ready') return serve(start.child, folder, urlAt(port));
    if (start.kind === 'port-taken' && !options.port && ++portTries < PORT_TRIES) continue;
    if (start.kind === 'held' && ++heldTries < HELD_TRIES) {
      await pause(HELD_PAUSE_MS);
      continue;
    }
    throw new EmbeddedPostgresError(await explain(start.kind, start.said, cluster, options.port));
  }
}

/** A server that we started: it ends with this process at the latest. */
async function serve(child: ChildProcess, folder: string, url: string): Promise<EmbeddedPostgres> {
  const atExit = () => child.kill('SIGINT');
  process.once('exit', atExit);
  const ended = new Promise<string>((resolve) => {
    const tell = () => resolve(child.signalCode ?? `exit ${child.exitCode}`);
    if (hasEnded(child)) tell();
    else child.once('exit', tell);
  });
  void ended.then(() => process.off('exit', atExit));
  const stop = () => stopChild(child);
  try {
    await writeOwner(folder);
    await makeDatabase(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, ended, stop };
}

async function checkWay(folder: string, who: Identity | undefined, itself = false): Promise<void> {
  const closed = await closedTo(who, itself ? folder : resolve(folder, '..'));
  if (!closed || !who) return;
  throw new EmbeddedPostgresError(
    `PostgreSQL refuses to run as root, so it runs as user ${who.uid}, and that user may not enter ${closed}. ` +
      `Keep its data elsewhere (for example below /var/lib/homeline), run as an ordinary user, or set DATABASE_URL.`,
  );
}

/** The server that already runs on this folder, if it answers with our password. */
async function runningServer(
  folder: string,
  cluster: string,
  urlAt: (port: number) => string,
): Promise<EmbeddedPostgres | undefined> {
  const pidFile = await readPidFile(cluster);
  const birth = pidFile && (await birthOf(pidFile.pid));
  if (!pidFile?.port || birth === undefined) return undefined;
  const url = urlAt(pidFile.port);
  try {
    await makeDatabase(url);
  } catch {
    return undefined;
  }
  const adopted = !(await ownerLives(folder));
  if (adopted) await writeOwner(folder);
  return {
    ...{ url, ended: endOf(pidFile.pid, birth) },
    stop: async () => (adopted ? stopPid(pidFile.pid, birth) : undefined),
  };
}

/** Resolves once a process that is not our child has ended. */
async function endOf(pid: number, birth: string): Promise<string> {
  while ((await birthOf(pid)) === birth) await pause(WATCH_MS, undefined, { ref: false });
  return 'it is gone';
}

/** Nothing when it has ended: its pid may be another's by now. */
async function stopPid(pid: number, birth: string): Promise<void> {
  if ((await birthOf(pid)) !== birth) return;
  process.kill(pid, 'SIGINT');
  while ((await birthOf(pid)) === birth) await pause(20);
}

/** Who started the server: only that process, or the one that adopts it after its death, stops it. */
async function writeOwner(folder: string): Promise<void> {
  const owner = { pid: process.pid, birth: await birthOf(process.pid) };
  await writeFile(join(folder, 'owner.json'), JSON.stringify(owner));
}

async function ownerLives(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'owner.json'), 'utf8').catch(() => '{}');
  const owner = JSON.parse(text || '{}') as { pid?: number; birth?: string };
  return owner.pid !== undefined && (await birthOf(owner.pid)) === owner.birth;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function explain(kind: string, said: string, cluster: string, port: number | undefined): Promise<string> {
  if (kind === 'port-taken') return `Port ${port ?? 0} on 127.0.0.1 is taken; PostgreSQL needs another (or 0 for any).`;
  if (kind !== 'held') return `PostgreSQL did not start:\n${said}`;
  const holder = (await readPidFile(cluster))?.pid;
  return (
    `Another process (${holder ?? 'unknown'}) holds ${cluster} and does not answer with our password. Stop it and start again; ` +
    `if that process is no PostgreSQL, and none runs on this folder, remove postmaster.pid there by hand.`
  );
}
