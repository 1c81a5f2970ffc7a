import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Identity } from './identity.ts';
import type { ServerFiles } from './server-files.ts';

/** How a try to start ended. `held`: another server, or what a killed one left behind, still has the data folder. */
export type Start =
  | { readonly kind: 'ready'; readonly child: ChildProcess }
  | { readonly kind: 'held' | 'port-taken' | 'failed'; readonly said: string };

export interface StartOrder {
  readonly files: ServerFiles;
  readonly who: Identity | undefined;
  readonly cluster: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** A bare environment: PGPORT, PGDATA and the like of the surrounding shell must not reach the server. */
export const bareEnvironment = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** One try. `detached`, because Ctrl-C at a terminal goes to the whole process group and would stop the database before its users. */
export async function startPostmaster(order: StartOrder): Promise<Start> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(order.port),
    unix_socket_directories: '',
    ...order.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(order.files.postgres, ['-D', order.cluster, ...flags], {
    ...order.who,
    cwd: order.cluster,
    env: bareEnvironment,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const said: string[] = [];
  return new Promise<Start>((settle) => {
    const lines = createInterface({ input: child.stderr });
    lines.on('line', (line) => {
      order.log(line);
      if (said.length < 50) said.push(line);
      if (line.includes('database system is ready to accept connections')) settle({ kind: 'ready', child });
    });
    child.once('error', (error) => settle({ kind: 'failed', said: error.message }));
    child.once('close', () => settle({ kind: verdict(said.join('\n')), said: said.join('\n') }));
  });
}

/** postgres tells these apart by text alone (its exit code is always 1); the locale is fixed to C above. */
function verdict(said: string): 'held' | 'port-taken' | 'failed' {
  if (/lock file "postmaster\.pid" already exists|pre-existing shared memory block/.test(said)) return 'held';
  return /could not bind IPv4 address/.test(said) ? 'port-taken' : 'failed';
}

/** What `postmaster.pid` says: process, and port once it serves. Undefined when there is no such file. */
export async function readPidFile(cluster: string): Promise<{ pid: number; port: number | undefined } | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const [pid, , , port] = text.split('\n');
  return { pid: Number(pid), port: port ? Number(port) : undefined };
}

/** When a process was started, in clock ticks since boot: with it a pid names one process for good. Linux; elsewhere ''. */
export async function birthOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const afterName = line.slice(line.lastIndexOf(')') + 2).split(' ');
  if (afterName[0] === 'Z') return undefined;
  return afterName[19] ?? '';
}

export const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/** Fast shutdown (clients are cut off, everything is written); after `patienceMs` immediate shutdown, which the next start recovers from. */
export async function stopChild(child: ChildProcess, patienceMs = 20_000): Promise<void> {
  if (hasEnded(child)) return;
  const gone = once(child, 'exit');
  child.kill('SIGINT');
  const impatience = setTimeout(() => child.kill('SIGQUIT'), patienceMs);
  await gone;
  clearTimeout(impatience);
}
