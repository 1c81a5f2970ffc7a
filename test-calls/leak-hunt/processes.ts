import { open, readFile, rm, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProcessName } from '#processes/supervisor.ts';
import type { System } from '#processes/system.ts';
import { memoryOf } from './finding.ts';
import type { Search } from './search.ts';
import type { Snapshot } from './search-heap.ts';

const names: readonly ProcessName[] = ['sip', 'media', 'ivr', 'jobs', 'api'];
/** A heap of some hundred megabytes is written in a few seconds. */
const PATIENCE_MS = 120_000;

/** What lets every process of the platform write its heap on SIGUSR2. */
export const heapOnSignal = (folder: string): Record<string, string> => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'heap-on-signal.js')).href}`,
  HEAP_FOLDER: folder,
});

interface Running {
  readonly name: ProcessName;
  readonly pid: number;
}

export const runningIn = ({ supervisor }: System): Running[] =>
  names.flatMap((name) => {
    const pid = supervisor.pid(name);
    return pid === undefined ? [] : [{ name, pid }];
  });

export interface HeapsSearched {
  readonly snapshots: number;
  readonly bytes: number;
  readonly nodes: number;
  readonly strings: number;
}

/** Lets each process write its heap (which collects its garbage first), searches that, and removes it. */
export async function searchHeaps(search: Search, running: readonly Running[], folder: string): Promise<HeapsSearched> {
  const searched = { snapshots: 0, bytes: 0, nodes: 0, strings: 0 };
  for (const { name, pid } of running) {
    const text = await heapOf({ name, pid }, folder);
    const { nodes, strings } = search.heap(`heap of ${name}`, JSON.parse(text) as Snapshot);
    await rm(join(folder, `${pid}.heapsnapshot`));
    searched.snapshots++;
    searched.bytes += text.length;
    searched.nodes += nodes;
    searched.strings += strings;
  }
  return searched;
}

/** Lets a process write its heap. */
async function heapOf({ name, pid }: Running, folder: string): Promise<string> {
  const wanted = `${pid}.heapsnapshot`;
  const events = watch(folder, { signal: AbortSignal.timeout(PATIENCE_MS) })[Symbol.asyncIterator]();
  // It gets its name when it is whole; it is watched for before it is asked for.
  const first = events.next();
  process.kill(pid, 'SIGUSR2');
  try {
    for (let event = await first; !event.done && event.value.filename !== wanted;) event = await events.next();
  } catch (error) {
    throw new Error(`${name} did not write its heap`, { cause: error });
  }
  await events.return?.();
  return readFile(join(folder, wanted), 'utf8');
}

/** Searches the pages on which each process is observed. */
export async function searchPages(search: Search, { supervisor }: System): Promise<{ pages: number; bytes: number }> {
  const searched = { pages: 0, bytes: 0 };
  for (const name of names) {
    const port = supervisor.ports(name)['observe'];
    if (port === undefined) continue;
    for (const page of ['/metrics', '/dump', '/healthz']) {
      const text = await (await fetch(`http://127.0.0.1:${port}${page}`)).text();
      search.text(`${page} of ${name}`, text);
      searched.pages++;
      searched.bytes += text.length;
    }
  }
  return searched;
}

/** Read at a time. */
const PIECE = 16 * 2 ** 20;

/** Searches all that a process may write to in its memory, garbage included: what a core dump would hold. Linux only. */
export async function searchMemory(search: Search, { name, pid }: Running): Promise<number> {
  const maps = await readFile(`/proc/${pid}/maps`, 'latin1');
  const memory = await open(`/proc/${pid}/mem`);
  let bytes = 0;
  try {
    for (const line of maps.split('\n')) {
      const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) .w/.exec(line) ?? [];
      if (from === '') continue;
      const end = parseInt(to, 16);
      for (let at = parseInt(from, 16); at < end; at += PIECE) {
        const piece = Buffer.alloc(Math.min(PIECE, end - at));
        // What was given back meanwhile, or is a device's, cannot be read.
        const read = await memory.read(piece, 0, piece.length, at).catch(() => ({ bytesRead: 0 }));
        search.bytes(memoryOf(name), piece.subarray(0, read.bytesRead), at);
        bytes += read.bytesRead;
      }
    }
  } finally {
    await memory.close();
  }
  return bytes;
}
