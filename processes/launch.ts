import { fork } from 'node:child_process';
import type { FromChild } from './child.ts';
import type { Instance } from './keeper.ts';
import { programAt } from './program.ts';

/** A process that serves. */
export interface RunningProcess extends Instance {
  readonly pid: number | undefined;
  readonly ports: Readonly<Record<string, number>>;
  kill(signal: NodeJS.Signals): void;
}

export interface LaunchOrder {
  readonly name: string;
  /** The program: TypeScript. */
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  /** How long it may take to stop in order, in milliseconds; then it is killed. */
  readonly graceMs: number;
  readonly say: (text: string) => void;
  /** Aborted when nobody wants it any longer. */
  readonly stopping: AbortSignal;
}

/** The process ended before it served; the message says why, where it said so itself. */
export class NotServed extends Error {
  override readonly name = 'NotServed';
}

/** Our own environment, but for files (`NAME_FILE`) whose contents the process is given. */
const inherited = (environment: LaunchOrder['environment']): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => environment[name.replace(/_FILE$/, '')] === undefined),
  );

/** Starts a process; resolves once it serves. Rejects with {@link NotServed}. */
export async function launch(order: LaunchOrder): Promise<RunningProcess> {
  const { name, environment, graceMs, say, stopping } = order;
  const { path, execArgv } = await programAt(order.path);
  const child = fork(path, [], {
    env: { ...inherited(environment), ...environment },
    execArgv: [...execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
    child.once('error', (error) => child.pid === undefined && resolve(error.message));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(late);
  };
  const unwanted = () => void stop();
  if (stopping.aborted) unwanted();
  else stopping.addEventListener('abort', unwanted, { once: true });
  return new Promise((resolve, reject) => {
    let failure: string | undefined;
    child.on('message', (message: FromChild) => {
      if ('progress' in message) say(message.progress);
      else if ('failed' in message) failure = message.failed;
      else {
        stopping.removeEventListener('abort', unwanted);
        resolve({ pid: child.pid, ports: message.ports, ended, stop, kill: (signal) => void child.kill(signal) });
      }
    });
    void ended.then((how) => {
      stopping.removeEventListener('abort', unwanted);
      reject(new NotServed(failure ?? `${name} ended before it served (${how})`));
    });
  });
}
