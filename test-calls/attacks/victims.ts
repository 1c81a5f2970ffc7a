import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MediaServerOptions } from '#media/embedded/server.ts';
import type { SipServerDump, SipServerMetrics, SipServerOptions } from '#sip-proxy/embedded/server.ts';
import type { Metrics } from '#media/embedded/metrics.ts';

export type Orders =
  | { readonly kind: 'sip'; readonly options: SipServerOptions }
  | { readonly kind: 'media'; readonly options: MediaServerOptions };

export type Asked = 'dump' | 'metrics' | 'resources' | 'defects';

/** A line of the log that should not be: an error of the server's own. */
export interface Defect {
  readonly text: string;
  readonly facts: unknown;
}

export interface Resources {
  /** What lives on the heap and outside of it after everything has been collected. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** What keeps the process alive, by kind: sockets, timers. */
  readonly handles: Readonly<Record<string, number>>;
  readonly descriptors: number;
  /** Lines logged so far. */
  readonly logLines: number;
  readonly cpuMs: number;
}

export const SECRET = 'attacked';
const HOST = '127.0.0.1';

/** A server that is attacked, from its parent's side. */
export class Victim<Dump, Counts> {
  readonly sipPort: number;
  /** Of the admin protocol, or of the event socket. */
  readonly controlPort: number;
  readonly pid: number;
  /** How it ended, if it has ended before it should. */
  died: string | undefined;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #asked = 0;
  #closing = false;

  private constructor(child: ChildProcess, ports: { sip: number; control: number }) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.sipPort = ports.sip;
    this.controlPort = ports.control;
    child.on('message', ({ id, value }: { id: number; value: unknown }) => {
      this.#waiting.get(id)?.(value);
      this.#waiting.delete(id);
    });
    child.on('exit', (code, signal) => {
      if (!this.#closing) this.died = `ended with ${signal ?? code}`;
      for (const resolve of this.#waiting.values()) resolve(undefined);
      this.#waiting.clear();
    });
  }

  static async start<Dump, Counts>(orders: Orders): Promise<Victim<Dump, Counts>> {
    const child = fork(fileURLToPath(new URL('victim.ts', import.meta.url)), [JSON.stringify(orders)], {
      execArgv: ['--import', 'tsx', '--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
    if (typeof first !== 'object' || first === null) throw new Error(`a server did not start: ${String(first)}`);
    return new Victim(child, (first as { ports: { sip: number; control: number } }).ports);
  }

  dump(): Promise<Dump> {
    return this.#ask('dump') as Promise<Dump>;
  }

  metrics(): Promise<Counts> {
    return this.#ask('metrics') as Promise<Counts>;
  }

  resources(): Promise<Resources> {
    return this.#ask('resources') as Promise<Resources>;
  }

  /** Errors it has logged. */
  defects(): Promise<Defect[]> {
    return this.#ask('defects') as Promise<Defect[]>;
  }

  async close(): Promise<void> {
    if (this.died !== undefined) return;
    this.#closing = true;
    const gone = once(this.#child, 'exit');
    void this.#ask('close');
    await gone;
  }

  #ask(asked: Asked | 'close'): Promise<unknown> {
    if (this.died !== undefined) return Promise.reject(new Error(`the server ${this.died}`));
    const id = ++this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, asked });
    });
  }
}

export type SipVictim = Victim<SipServerDump, SipServerMetrics>;
export interface MediaDump {
  readonly sip: { readonly calls: number; readonly transactions: object };
  readonly connections: number;
  readonly tasks: readonly unknown[];
  readonly channels: readonly {
    readonly uuid: string;
    readonly state: string;
    readonly rtpPort: number;
    readonly doing: readonly string[];
    readonly counts: Readonly<Record<string, number>>;
  }[];
}
export type MediaVictim = Victim<MediaDump, Metrics>;

export const startSipVictim = (options: Partial<SipServerOptions> = {}): Promise<SipVictim> =>
  Victim.start({
    kind: 'sip',
    options: { sip: { host: HOST, port: 0 }, admin: { host: HOST, port: 0, secret: SECRET }, ...options },
  });

export const startMediaVictim = (options: Partial<MediaServerOptions> = {}): Promise<MediaVictim> =>
  Victim.start({
    kind: 'media',
    options: {
      sip: { host: HOST, port: 0 },
      eventSocket: { host: HOST, port: 0, password: SECRET },
      rtp: { host: HOST, portMin: 0, portMax: 0 },
      ...options,
    },
  });
