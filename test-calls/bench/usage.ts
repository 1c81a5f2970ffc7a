import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Database } from '#db/connect.ts';
import type { ProcessName } from '#processes/supervisor.ts';
import type { System } from '#processes/system.ts';
import { machineTime, TICK_MS } from './machine.ts';

/** CPU time used and memory held by one process, or by PostgreSQL's together. */
export interface Used {
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** Everything at one moment. `others`: CPU time of processes that are neither the platform nor the phones. */
export interface Snapshot {
  readonly atMs: number;
  readonly processes: Readonly<Record<string, Used>>;
  readonly othersCpuMs: number;
  readonly stolenMs: number;
}

export const PHONES = 'phones';

/** Who used the machine, from one moment to another. Linux only: it is all read from /proc. */
export class Meter {
  readonly #single: ReadonlyMap<string, number>;
  readonly #postmaster: number | undefined;

  private constructor(single: ReadonlyMap<string, number>, postmaster: number | undefined) {
    this.#single = single;
    this.#postmaster = postmaster;
  }

  /** `also`: other servers by name, for an engine that the platform does not start itself. */
  static async of({ supervisor, db }: System, also: ReadonlyMap<string, number> = new Map()): Promise<Meter> {
    const names: readonly ProcessName[] = ['sip', 'media', 'ivr', 'jobs'];
    const children = names.flatMap((name) => {
      const pid = supervisor.pid(name);
      return pid === undefined ? [] : [[name, pid] as const];
    });
    return new Meter(new Map([...children, ...also, [PHONES, process.pid]]), await postmasterOf(db));
  }

  async read(): Promise<Snapshot> {
    const processes: Record<string, Used> = {};
    for (const [name, pid] of this.#single) {
      const stat = await statOf(pid);
      if (stat) processes[name] = { cpuMs: stat.ownMs, memoryBytes: await memoryOf(pid) };
    }
    if (this.#postmaster !== undefined) processes['postgres'] = await usedByPostgres(this.#postmaster);
    const { busyMs, stolenMs } = await machineTime();
    const known = Object.values(processes).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    return { atMs: performance.now(), processes, othersCpuMs: busyMs - known, stolenMs };
  }
}

/** All processes of a PostgreSQL server. The postmaster counts the time of the children that have ended. */
export async function usedByPostgres(postmaster: number): Promise<Used> {
  const used = { cpuMs: 0, memoryBytes: 0 };
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    const stat = Number.isInteger(pid) ? await statOf(pid) : undefined;
    if (!stat || (pid !== postmaster && stat.parent !== postmaster)) continue;
    used.cpuMs += stat.ownMs + stat.endedChildrenMs;
    used.memoryBytes += await memoryOf(pid);
  }
  return used;
}

/** The postmaster of a server on this machine; undefined when it is elsewhere. */
export async function postmasterOf(db: Database): Promise<number | undefined> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
  const backend = rows[0] && (await statOf(rows[0].pid));
  return backend?.name === 'postgres' ? backend.parent : undefined;
}

/** CPU milliseconds of each process between two moments. */
export const cpuBetween = (before: Snapshot, after: Snapshot): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after.processes).map(([name, { cpuMs }]) => [name, cpuMs - (before.processes[name]?.cpuMs ?? 0)]),
  );

/** How much of one core each process used between two moments, in percent. */
export const loadBetween = (before: Snapshot, after: Snapshot): Record<string, number> => {
  const share = (cpuMs: number): number => Math.round((100 * cpuMs) / (after.atMs - before.atMs));
  return {
    ...Object.fromEntries(Object.entries(cpuBetween(before, after)).map(([name, cpuMs]) => [name, share(cpuMs)])),
    others: share(after.othersCpuMs - before.othersCpuMs),
    stolen: share(after.stolenMs - before.stolenMs),
  };
};

/** CPU milliseconds that a process has used; 0 when there is no such process. */
export const cpuOf = async (pid: number): Promise<number> => (await statOf(pid))?.ownMs ?? 0;

interface Stat {
  readonly name: string;
  readonly parent: number;
  readonly ownMs: number;
  readonly endedChildrenMs: number;
}

/** proc(5): fields 4 and 14 to 17 of /proc/PID/stat; undefined when there is no such process. */
async function statOf(pid: number): Promise<Stat | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (line === undefined) return undefined;
  const close = line.lastIndexOf(')');
  const fields = line.slice(close + 2).split(' ');
  const ticks = (field: number): number => Number(fields[field - 3]) * TICK_MS;
  return {
    name: line.slice(line.indexOf('(') + 1, close),
    parent: Number(fields[1]),
    ownMs: ticks(14) + ticks(15),
    endedChildrenMs: ticks(16) + ticks(17),
  };
}

/** Memory that is a process's own share (PSS): PostgreSQL's processes hold the same pages. RSS where PSS may not be read. */
export async function memoryOf(pid: number): Promise<number> {
  const share = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(share)?.[1];
  if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}
