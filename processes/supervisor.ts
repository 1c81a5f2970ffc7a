import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Progress, Ready } from './child.ts';

export type ProcessName = 'sip' | 'media' | 'ivr' | 'jobs' | 'api';

interface Supervised {
  child: ChildProcess;
  ports: Readonly<Record<string, number>>;
  environment: Record<string, string>;
  restarts: number;
  keptDown?: Promise<unknown>;
}

/**
 * Starts the processes of one machine in order, starts again what dies, and stops them in the opposite order. A process that
 * chose its own port keeps it when it is started again.
 */
export class Supervisor {
  readonly #processes = new Map<ProcessName, Supervised>();
  readonly #say: (text: string) => void;
  #stopping = false;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** Resolves with the process's ports once it serves; rejects when it ends before that. */
  async start(name: ProcessName, environment: Record<string, string>): Promise<Readonly<Record<string, number>>> {
    const { child, ports } = await launch(name, environment, this.#say);
    const supervised: Supervised = { child, ports, environment, restarts: 0 };
    this.#processes.set(name, supervised);
    this.#watch(name, supervised);
    return ports;
  }

  ports(name: ProcessName): Readonly<Record<string, number>> {
    return this.#processes.get(name)?.ports ?? {};
  }

  pid(name: ProcessName): number | undefined {
    return this.#processes.get(name)?.child.pid;
  }

  /** Kills a process as a crash would; resolves once it serves again. It is not started before `until` has resolved. */
  async crash(name: ProcessName, until: Promise<unknown> = Promise.resolve()): Promise<void> {
    const supervised = this.#processes.get(name);
    if (!supervised) throw new Error(`no process ${name}`);
    const before = supervised.restarts;
    const again = new Promise<void>((resolve) => this.#onRestart.push({ name, after: before, resolve }));
    supervised.keptDown = until;
    supervised.child.kill('SIGKILL');
    await again;
  }

  readonly #onRestart: { name: ProcessName; after: number; resolve: () => void }[] = [];

  #watch(name: ProcessName, supervised: Supervised): void {
    supervised.child.once('exit', (code, signal) => {
      if (this.#stopping) return;
      this.#say(`${name} ended (${signal ?? `exit ${code}`}); starting it again`);
      void this.#restart(name, supervised, 100);
    });
  }

  async #restart(name: ProcessName, supervised: Supervised, pauseMs: number): Promise<void> {
    await supervised.keptDown;
    if (this.#stopping) return;
    try {
      const { child, ports } = await launch(
        name,
        { ...supervised.environment, ...keepPorts(name, supervised.ports) },
        this.#say,
      );
      Object.assign(supervised, { child, ports });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      return this.#restart(name, supervised, Math.min(pauseMs * 2, 5_000));
    }
    if (this.#stopping) {
      supervised.child.kill('SIGTERM');
      return;
    }
    this.#watch(name, supervised);
    supervised.restarts++;
    for (const waiting of this.#onRestart)
      if (waiting.name === name && supervised.restarts > waiting.after) waiting.resolve();
  }

  /** Stops every process, the last started first, each given `graceMs` before it is killed. */
  async stop(graceMs = 30_000): Promise<void> {
    this.#stopping = true;
    for (const { child } of [...this.#processes.values()].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(late);
    }
  }
}

/** Which setting fixes which of a process's ports. */
const portSettings: Partial<Record<ProcessName, Record<string, string>>> = {
  sip: { sip: 'SIP_PORT', admin: 'DRACHTIO_PORT' },
  media: { sip: 'MEDIA_SIP_PORT', eventSocket: 'FREESWITCH_PORT' },
};

const keepPorts = (name: ProcessName, ports: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(portSettings[name] ?? {}).flatMap(([port, setting]) =>
      ports[port] === undefined ? [] : [[setting, String(ports[port])]],
    ),
  );

/** Whoever starts us, a test runner included: our processes are TypeScript. */
const typescript = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

function launch(
  name: ProcessName,
  environment: Record<string, string>,
  say: (text: string) => void,
): Promise<{ child: ChildProcess; ports: Readonly<Record<string, number>> }> {
  const child = fork(join(import.meta.dirname, `${name}.ts`), [], {
    env: { ...process.env, ...environment },
    execArgv: ['--import', typescript],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it served`)));
    child.on('message', (message: Ready | Progress) => {
      if ('progress' in message) say(message.progress);
      else resolve({ child, ports: message.ports });
    });
  });
}
