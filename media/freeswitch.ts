import './no-reconnect.ts';
import { setMaxListeners } from 'node:events';
import Mrf from 'drachtio-fsmrf';
import type { MediaServer as FsServer } from 'drachtio-fsmrf';
import { checkedId, Endpoint, isChannelId, MediaServerUnavailable } from './endpoint.ts';
import { inviting, securedEnd, type InvitingClient } from './inviting.ts';

/** SRTP, with keys in the description or, for browsers, by DTLS. */
const isSecured = (sdp: string): boolean => /^m=audio \d+ \S*SAVP/m.test(sdp);

/** What a media server says of itself. */
export interface MediaLoad {
  /** Channels, of whomever. */
  readonly sessions: number;
  readonly maxSessions: number;
  /** Whether it takes new ones (`fsctl pause` makes it refuse them). */
  readonly ready: boolean;
}

/** Connection to a media server, FreeSWITCH's event socket: the one place that meets drachtio-fsmrf. */
export class MediaServer {
  readonly #server: FsServer;
  readonly #lost = new AbortController();
  readonly #endpoints = new Set<Endpoint>();
  /** Channels that it had for us when it was lost, and that may still be there. */
  abandoned: readonly string[] = [];

  private constructor(server: FsServer) {
    this.#server = server;
    setMaxListeners(0, this.#lost.signal);
    server.conn.socket.setNoDelay(true);
    server.conn.subscribe('RECORD_STOP');
    server.on('end', () => this.lose());
    server.on('error', () => this.lose());
  }

  /** `sipClient`: the connected SIP client with which endpoints are invited. Rejects with {@link MediaServerUnavailable}. */
  static async connect(
    sipClient: unknown,
    at: { host: string; port: number; secret: string; listenHost: string },
  ): Promise<MediaServer> {
    try {
      const server = await new Mrf(inviting(sipClient as InvitingClient)).connect({
        address: at.host,
        port: at.port,
        secret: at.secret,
        listenAddress: at.listenHost,
        advertisedAddress: at.listenHost,
      });
      return new MediaServer(server);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new MediaServerUnavailable(`the media server at ${at.host}:${at.port} cannot be used: ${why}`);
    }
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** It is counted as dead from now on: every endpoint of it has ended, nothing more is asked of it. */
  lose(): void {
    if (this.lost.aborted) return;
    const endpoints = [...this.#endpoints];
    this.abandoned = endpoints.map(({ id }) => id);
    for (const endpoint of endpoints) endpoint.cutOff();
    this.#lost.abort('media-server-lost');
    this.#server.disconnect();
  }

  /**
   * An endpoint for a far end whose SDP is known. `onAnswer`: told of ours, as soon as it is there; one that is secured must have it before there is an
   * endpoint. Rejects when there is no common codec, or when the server is lost meanwhile.
   */
  async endpointFor(remoteSdp: string, onAnswer: (localSdp: string) => void = () => undefined): Promise<Endpoint> {
    const secured = isSecured(remoteSdp) && { headers: { [securedEnd]: { remoteSdp, onAnswer } } };
    const endpoint = await this.#made(secured || { remoteSdp });
    onAnswer(endpoint.localSdp);
    await endpoint.hearKeysOf(remoteSdp);
    return endpoint;
  }

  /** An endpoint for a far end that is yet to answer; `connectTo` tells it where to speak. */
  async endpoint(): Promise<Endpoint> {
    return this.#made();
  }

  /** How it is, and with that whether it still answers. */
  async load(): Promise<MediaLoad> {
    const text = await this.#ask('status');
    const number = (shape: RegExp) => Number(shape.exec(text)?.[1] ?? NaN);
    const sessions = number(/^(\d+) session\(s\) - /m);
    const maxSessions = number(/^(\d+) session\(s\) max/m);
    if (Number.isNaN(sessions) || Number.isNaN(maxSessions))
      throw new MediaServerUnavailable(`the media server does not say how it is: ${text.slice(0, 80)}`);
    return { sessions, maxSessions, ready: !/ is not ready$/m.test(text) };
  }

  /** Every channel that this media server carries, ours or of a process that died. */
  async channels(): Promise<string[]> {
    const text = await this.#ask('show channels as json');
    const { rows } = JSON.parse(text) as { rows?: { uuid: string }[] };
    return (rows ?? []).map(({ uuid }) => uuid);
  }

  /** Whether it carries this channel. */
  async has(id: string): Promise<boolean> {
    return (await this.#ask(`uuid_exists ${checkedId(id)}`)).trim() === 'true';
  }

  /** Ends a channel of a process that died. */
  async endOrphan(id: string): Promise<void> {
    if (isChannelId(id)) await this.#ask(`uuid_kill ${id}`);
  }

  close(): void {
    if (!this.lost.aborted) this.#server.disconnect();
  }

  async #made(options?: Parameters<FsServer['createEndpoint']>[0]): Promise<Endpoint> {
    const made = this.#server
      .createEndpoint(options)
      .then((endpoint) => this.#keep(new Endpoint(endpoint, this.#server, this.lost)));
    return this.#unlessLost(made);
  }

  #keep(endpoint: Endpoint): Endpoint {
    // Made while we had given the server up.
    if (this.lost.aborted) endpoint.cutOff();
    if (endpoint.gone.aborted) return endpoint;
    this.#endpoints.add(endpoint);
    endpoint.gone.addEventListener('abort', () => this.#endpoints.delete(endpoint), { once: true });
    return endpoint;
  }

  #ask(command: string): Promise<string> {
    return this.#unlessLost(this.lost.aborted ? new Promise(() => undefined) : this.#server.api(command));
  }

  /** fsmrf never settles what a lost connection owes. */
  #unlessLost<T>(asked: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const lost = () => reject(new MediaServerUnavailable('the media server was lost'));
      if (this.lost.aborted) {
        asked.catch(() => undefined);
        return lost();
      }
      this.lost.addEventListener('abort', lost, { once: true });
      asked.then(resolve, reject).finally(() => this.lost.removeEventListener('abort', lost));
    });
  }
}
