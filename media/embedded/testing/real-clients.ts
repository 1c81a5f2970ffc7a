import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

/** For tests: the real clients, drachtio-srf and drachtio-fsmrf, and as much of their types as tests use. */

type Near = EventEmitter & Record<string, unknown>;
export interface NearEndpoint extends EventEmitter {
  readonly uuid: string;
  readonly local: { sdp: string; mediaIp: string; mediaPort: string };
  readonly remote: { sdp: string; mediaIp: string; mediaPort: string };
  readonly dtmfType: string;
  readonly dialog: EventEmitter & { destroy(): Promise<unknown> };
  readonly conn: {
    socket: { setNoDelay(on: boolean): void; destroy(): void };
    getInfo(): { headers: { name: string; value: string }[] };
  };
  api(command: string, rest?: string): Promise<{ getBody(): string }>;
  execute(app: string, argument?: string): Promise<{ getHeader(name: string): string; headers: { name: string }[] }>;
  play(file: string | readonly string[] | object): Promise<Record<string, string>>;
  playCollect(options: object): Promise<Record<string, string | null>>;
  record(file: string, options: object): Promise<Record<string, string>>;
  set(name: string | Record<string, string>, value?: string): Promise<void>;
  bridge(other: NearEndpoint): Promise<void>;
  unbridge(): Promise<void>;
  modify(sdp: string): Promise<unknown>;
  mute(): Promise<unknown>;
  join(conference: string | NearConference, options?: object): Promise<{ memberId: number; confUuid: string }>;
  confMute(): Promise<string>;
  confUnmute(): Promise<string>;
  confDeaf(): Promise<string>;
  confUndeaf(): Promise<string>;
  confKick(): Promise<string>;
  confHup(): Promise<unknown>;
  confPlay(file: string): Promise<unknown>;
  unjoin(): Promise<string>;
  transfer(conference: string): Promise<string>;
  destroy(): Promise<void>;
}
export interface NearConference extends EventEmitter {
  readonly name: string;
  readonly uuid: string;
  readonly memberId: number;
  readonly endpoint: NearEndpoint;
  readonly participants: ReadonlyMap<number, { readonly channelUuid: string }>;
  getSize(): Promise<number>;
  get(name: string): Promise<string | number>;
  set(name: string, value: string): Promise<string>;
  lock(): Promise<string>;
  unlock(): Promise<string>;
  mute(who: string): Promise<string>;
  unmute(who: string): Promise<string>;
  play(file: string | readonly string[]): Promise<{ seconds: number; milliseconds: number; samples: number }>;
  startRecording(file: string): Promise<string>;
  pauseRecording(file: string): Promise<string>;
  resumeRecording(file: string): Promise<string>;
  stopRecording(file: string): Promise<string>;
  chkRecord(): Promise<{ getBody(): string }>;
  destroy(): Promise<void>;
}
export interface NearMediaServer extends Near {
  readonly sip: { ipv4: { udp: { address: string } } };
  readonly conn: EventEmitter & { socket: { setNoDelay(on: boolean): void } };
  readonly maxSessions: number;
  createEndpoint(options?: object): Promise<NearEndpoint>;
  createConference(name: string, options?: object): Promise<NearConference>;
  api(command: string): Promise<string>;
  disconnect(): void;
}

const require = createRequire(import.meta.url);
const Srf = require('drachtio-srf') as new () => Near & { connect(options: object): void; disconnect(): void };
const Mrf = require('drachtio-fsmrf') as new (
  srf: object,
) => Near & { connect(options: object): Promise<NearMediaServer> };

export type Clients = { readonly ms: NearMediaServer; readonly srf: Near; close(): void };

/** Connects both clients: to the SIP server's admin port and to the media server's event socket, with the same password. */
export async function connectClients(
  ports: { readonly admin: number; readonly eventSocket: number },
  secret = 'word',
): Promise<Clients> {
  const host = '127.0.0.1';
  const srf = new Srf();
  srf.on('error', () => undefined);
  srf.connect({ host, port: ports.admin, secret });
  await new Promise((resolve) => srf.once('connect', resolve));
  const ms = await new Mrf(srf).connect({
    address: host,
    port: ports.eventSocket,
    secret,
    listenAddress: host,
  });
  // the client leaves Nagle on, which costs 40 ms a command
  ms.conn.socket.setNoDelay(true);
  const close = (): void => {
    ms.disconnect();
    srf.disconnect();
  };
  return { ms, srf, close };
}
