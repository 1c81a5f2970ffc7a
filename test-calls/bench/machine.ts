import { readFile } from 'node:fs/promises';
import { cpus, hostname, loadavg, totalmem } from 'node:os';

/** Where the figures were taken: without this they say nothing. */
export interface Machine {
  readonly name: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly kernel: string;
  readonly loadAverages: readonly number[];
}

export async function thisMachine(): Promise<Machine> {
  return {
    name: hostname(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kernel: (await readFile('/proc/sys/kernel/osrelease', 'utf8').catch(() => process.platform)).trim(),
    loadAverages: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

/** Milliseconds that all cores together worked, and that the hypervisor gave to others, since boot. */
export interface MachineTime {
  readonly busyMs: number;
  readonly stolenMs: number;
}

/** One clock tick of /proc, USER_HZ, is 10 ms on every Linux. */
export const TICK_MS = 10;

export async function machineTime(): Promise<MachineTime> {
  const line = (await readFile('/proc/stat', 'utf8').catch(() => '')).split('\n')[0] ?? '';
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = line.split(/\s+/).slice(1).map(Number);
  return { busyMs: (user + nice + system + irq + softirq) * TICK_MS, stolenMs: stolen * TICK_MS };
}

/** Datagrams that the kernel threw away since boot: no room in a socket's buffer. */
export async function droppedDatagrams(): Promise<number> {
  const [names = '', values = ''] = (await readFile('/proc/net/snmp', 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => line.startsWith('Udp:'));
  const column = (name: string): number => Number(values.split(' ')[names.split(' ').indexOf(name)] ?? 0) || 0;
  return column('RcvbufErrors') + column('SndbufErrors') + column('MemErrors');
}
