import { lookup } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import { MediaServerUnavailable, type Endpoint } from '../endpoint.ts';
import { MediaServer } from '../freeswitch.ts';
import { nameOf, resolveAddresses, type LookUp, type MediaAddress } from './address.ts';
import { greet } from './greet.ts';
import { KeptServer, type Log, type Time } from './kept-server.ts';
import { leastLoaded } from './placement.ts';

export interface MediaServersParts {
  readonly addresses: readonly MediaAddress[];
  readonly connect: (at: MediaAddress) => Promise<MediaServer>;
  readonly clock: Time;
  readonly log: Log;
  readonly lookUp?: LookUp;
}

/** How often names are looked up again. Milliseconds. */
const lookUpEveryMs = 30_000;
/** How long an endpoint may take; drachtio-fsmrf itself gives up after four seconds, and only sometimes. Milliseconds. */
const endpointMs = 4_500;
/** How long a connection may take, and the look before it. Milliseconds. */
const greetMs = 1_000;
const connectMs = 2_500;

const ipv4Of: LookUp = async (name) => (await lookup(name, { all: true, family: 4 })).map(({ address }) => address);

/** Connects to a media server that has shown that it can be used. */
export const connector =
  (sipClient: unknown, given: { readonly secret: string; readonly listenHost: string }, clock: Time) =>
  async (at: MediaAddress): Promise<MediaServer> => {
    await greet({ ...at, ...given }, greetMs);
    const made = MediaServer.connect(sipClient, { ...at, ...given });
    return inTime(made, connectMs, clock, (late) => late.close());
  };

/**
 * All media servers. A call is placed on the one that carries least, and stays there with both its legs: a bridge stands between two channels of
 * one server. A server that dies takes its calls with it; others are placed elsewhere from that moment on.
 */
export class MediaServers {
  readonly #parts: MediaServersParts;
  readonly #kept = new Map<string, KeptServer>();
  readonly #carries = new Map<string, KeptServer>();
  readonly #stop = new AbortController();

  private constructor(parts: MediaServersParts) {
    this.#parts = parts;
    setMaxListeners(0, this.#stop.signal);
  }

  /** Resolves once one of them serves; rejects with {@link MediaServerUnavailable} when none does at the first try. */
  static async open(parts: MediaServersParts): Promise<MediaServers> {
    const servers = new MediaServers(parts);
    try {
      await servers.#begin();
      return servers;
    } catch (error) {
      servers.close();
      throw error;
    }
  }

  /** How many serve now. */
  get serving(): number {
    return [...this.#kept.values()].filter(({ current }) => current !== undefined).length;
  }

  /** Whether a call could be placed now. */
  get open(): boolean {
    return leastLoaded([...this.#kept.values()]) !== undefined;
  }

  /**
   * An endpoint for a far end whose SDP is known, on the server that carries the channel `beside`, if one does, or else on that with most room.
   * `onAnswer`: told of our SDP, which a secured far end must have before there is an endpoint. Rejects when there is no common codec, and with
   * {@link MediaServerUnavailable} when no server gives one.
   */
  async endpointFor(remoteSdp: string, beside?: string, onAnswer?: (localSdp: string) => void): Promise<Endpoint> {
    return this.#place(
      (server) => server.endpointFor(remoteSdp, onAnswer),
      beside === undefined ? undefined : await this.#carrying(beside),
    );
  }

  /**
   * An endpoint for a far end that is yet to answer (`connectTo` tells it where to speak), on the server that carries the channel `beside`: no other
   * will do.
   */
  async endpoint(beside?: string): Promise<Endpoint> {
    const kept = beside === undefined ? undefined : await this.#carrying(beside);
    if (beside !== undefined && !kept)
      throw new MediaServerUnavailable(`no media server carries ${beside}, beside which an endpoint was wanted`);
    return this.#place((server) => server.endpoint(), kept);
  }

  /** Whether a channel, of whatever process, is on the server that carries the channel `beside`. */
  async has(id: string, beside: string): Promise<boolean> {
    const kept = await this.#carrying(beside);
    return (await kept?.current?.has(id)) ?? false;
  }

  /** Every channel that the servers carry, ours or of a process that died. */
  async channels(): Promise<string[]> {
    return (await this.#each((server) => server.channels())).flat();
  }

  /** Ends a channel of a process that died, wherever it is; on a server that is away, as soon as it is back. */
  async endOrphan(id: string): Promise<void> {
    await Promise.all([...this.#kept.values()].map((kept) => kept.end(id)));
  }

  dump() {
    return [...this.#kept.values()].map(({ name, current, open, doubtful, retired, sessions, maxSessions }) => ({
      ...{ name, serves: current !== undefined, open, doubtful, retired, sessions, maxSessions },
    }));
  }

  close(): void {
    this.#stop.abort('closed');
    for (const { current } of this.#kept.values()) current?.close();
  }

  async #begin(): Promise<void> {
    const { addresses, log } = this.#parts;
    const { known, unknown } = await this.#resolved();
    if (known.length === 0)
      throw new MediaServerUnavailable(`no media server has the name ${unknown.join(' or ')}: see FREESWITCH`);
    if (unknown.length > 0) log.warn({ names: unknown }, 'names of media servers that nobody knows');
    const faults: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      for (const at of known)
        this.#keep(at, (fault) => {
          if (fault === undefined) return resolve();
          if (faults.push(fault) === known.length) reject(fault);
        });
    });
    if (addresses.some(({ host }) => !known.some((at) => at.host === host))) void this.#lookAgain();
  }

  #keep(at: MediaAddress, tried: (fault?: unknown) => void = () => undefined): void {
    const { clock, connect, log } = this.#parts;
    const name = nameOf(at);
    const kept = new KeptServer({ name, connect: () => connect(at), clock, log });
    this.#kept.set(name, kept);
    void kept.keep(this.#stop.signal, tried);
  }

  #resolved() {
    const { addresses, lookUp = ipv4Of } = this.#parts;
    return resolveAddresses(addresses, lookUp);
  }

  /** Names may come to stand for other servers: new ones are connected to, those that are no longer named get no more calls. */
  async #lookAgain(): Promise<void> {
    const { clock, log } = this.#parts;
    const { signal } = this.#stop;
    for (;;) {
      await clock.wait(lookUpEveryMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      const { known, unknown } = await this.#resolved();
      const names = new Set(known.map(nameOf));
      for (const at of known) if (!this.#kept.has(nameOf(at))) this.#keep(at);
      for (const kept of this.#kept.values()) {
        // Where a name is not known just now, nobody is sent away.
        const retired = unknown.length === 0 && !names.has(kept.name);
        if (retired !== kept.retired) log.info({ media: kept.name, retired }, 'what a name stands for has changed');
        kept.retired = retired;
      }
    }
  }

  async #place(make: (server: MediaServer) => Promise<Endpoint>, given: KeptServer | undefined): Promise<Endpoint> {
    if (given) return this.#made(given, make);
    const untried = new Set(this.#kept.values());
    let fault: unknown = new MediaServerUnavailable('no media server takes a call');
    for (let kept = leastLoaded([...untried]); kept; kept = leastLoaded([...untried])) {
      untried.delete(kept);
      try {
        return await this.#made(kept, make);
      } catch (error) {
        // No other server will like this SDP better.
        if ((error as { status?: number }).status === 488) throw error;
        fault = error;
        kept.avoid();
        this.#parts.log.warn(
          { media: kept.name, err: error },
          'a media server gave no endpoint; the next one is asked',
        );
      }
    }
    throw fault;
  }

  async #made(kept: KeptServer, make: (server: MediaServer) => Promise<Endpoint>): Promise<Endpoint> {
    if (!kept.current) throw new MediaServerUnavailable(`the media server ${kept.name} is lost`);
    kept.given();
    const endpoint = await inTime(make(kept.current), endpointMs, this.#parts.clock, (late) => void late.end());
    if (endpoint.gone.aborted) return endpoint;
    this.#carries.set(endpoint.id, kept);
    endpoint.gone.addEventListener('abort', () => this.#carries.delete(endpoint.id), { once: true });
    return endpoint;
  }

  /** The server of a channel: known when it is ours, else asked for. */
  async #carrying(id: string): Promise<KeptServer | undefined> {
    const ours = this.#carries.get(id);
    if (ours) return ours;
    const all = [...this.#kept.values()];
    const found = await Promise.all(all.map(async ({ current }) => current?.has(id).catch(() => false)));
    return all.find((_kept, nth) => found[nth] === true);
  }

  /** What every server that serves says; one that is lost meanwhile says nothing. */
  async #each<T>(ask: (server: MediaServer) => Promise<T>): Promise<T[]> {
    const serving = [...this.#kept.values()].flatMap(({ current }) => current ?? []);
    const said = await Promise.allSettled(serving.map(ask));
    return said.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }
}

/** The work's result, if it comes in time; what comes later is handed to `late`. Rejects with {@link MediaServerUnavailable}. */
async function inTime<T>(work: Promise<T>, ms: number, clock: Time, late: (result: T) => void): Promise<T> {
  const over = new AbortController();
  let given = false;
  const waited = clock.wait(ms, over.signal).then(() => {
    given = true;
    throw new MediaServerUnavailable(`the media server did not do it within ${ms} ms`);
  });
  work.then(
    (result) => given && late(result),
    () => undefined,
  );
  try {
    return await Promise.race([work, waited]);
  } finally {
    over.abort();
    waited.catch(() => undefined);
  }
}
