import { join } from 'node:path';
import { systemClock } from '#ivr/clock.ts';
import type { Clock } from '#ivr/clock.ts';
import { Keeper } from './keeper.ts';
import type { RunningProcess } from './launch.ts';
import { launch } from './launch.ts';

/** Of media servers and ivr processes there may be several: `media-2`. */
export type ProcessName = Program | `${'media' | 'ivr'}-${number}`;
type Program = 'sip' | 'media' | 'ivr' | 'jobs' | 'api';

const programOf = (name: ProcessName): Program => name.replace(/-\d+$/, '') as Program;

export interface SupervisorParts {
  readonly say: (text: string) => void;
  /** How long each process may take to stop in order, in milliseconds; then it is killed. */
  readonly graceMs: number;
  /** Where the programs lie. Default: here. */
  readonly folder?: string;
  readonly clock?: Clock;
}

/**
 * Starts the processes of one machine in order, starts again what dies, and stops them in the opposite order. A process that
 * chose its own port keeps it when it is started again.
 */
export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #processes = new Map<ProcessName, Keeper<RunningProcess>>();

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  /** Resolves with the process's ports once it serves; rejects with `NotServed` when it ends before that. */
  async start(name: ProcessName, environment: Record<string, string>): Promise<Readonly<Record<string, number>>> {
    const { say, graceMs, folder = import.meta.dirname, clock = systemClock } = this.#parts;
    const order = { name, path: join(folder, `${programOf(name)}.ts`), graceMs, say };
    const keeper = await Keeper.start<RunningProcess>({
      ...{ name, say, clock },
      begin: (stopping, before) =>
        launch({ ...order, stopping, environment: { ...environment, ...keepPorts(name, before?.ports ?? {}) } }),
    });
    this.#processes.set(name, keeper);
    return keeper.current.ports;
  }

  ports(name: ProcessName): Readonly<Record<string, number>> {
    return this.#processes.get(name)?.current.ports ?? {};
  }

  pid(name: ProcessName): number | undefined {
    return this.#processes.get(name)?.current.pid;
  }

  /** Kills a process as a crash would; resolves once it serves again. It is not started before `until` has resolved. */
  async crash(name: ProcessName, until?: Promise<unknown>): Promise<void> {
    const keeper = this.#processes.get(name);
    if (!keeper) throw new Error(`no process ${name}`);
    const again = keeper.again(until);
    keeper.current.kill('SIGKILL');
    await again;
  }

  /** Stops every process, the last started first; one that does not end in time is killed. */
  async stop(): Promise<void> {
    for (const keeper of [...this.#processes.values()].reverse()) await keeper.stop();
  }
}

/** Which setting fixes which of a process's ports. */
const portSettings: Partial<Record<Program, Record<string, string>>> = {
  sip: { sip: 'SIP_PORT', tcp: 'SIP_TCP_PORT', admin: 'DRACHTIO_PORT' },
  media: { sip: 'MEDIA_SIP_PORT', eventSocket: 'FREESWITCH_PORT' },
};

const keepPorts = (name: ProcessName, ports: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(portSettings[programOf(name)] ?? {}).flatMap(([port, setting]) =>
      ports[port] === undefined ? [] : [[setting, String(ports[port])]],
    ),
  );
