import type { AdminPort } from './admin-port.ts';
import type { Core } from './core.ts';

/** What is alive in a server. */
export interface SipServerDump {
  readonly clients: { id: number; address: string; authenticated: boolean; tags: readonly string[] }[];
  readonly routes: Record<string, number[]>;
  readonly dialogs: { id: string; client: number; clientGone: boolean; usage: string; waitingForAck: boolean }[];
  /** Requests that wait for a client: transaction id -> method. */
  readonly received: Record<string, string>;
  /** Requests of clients that wait for the network: transaction id -> method. */
  readonly sent: Record<string, string>;
  readonly early: number;
  readonly ringing: number;
  /** Calls in and out whose provisional responses may still be acknowledged. */
  readonly pracks: number;
  /** SUBSCRIBEs without an answer and REFERs that are reported on. */
  readonly notifies: number;
  /** Requests that were passed on and have no final response. */
  readonly proxied: number;
  /** Requests of which a web handler, or an application that is being connected to, has not said what it wants. */
  readonly undecided: number;
  readonly transactions: { clients: Record<string, number>; servers: Record<string, number> };
}

/** What has happened since the start, and how much is alive. */
export interface SipServerMetrics {
  /** `METHOD` or `METHOD status` -> count. */
  readonly received: Readonly<Record<string, number>>;
  readonly sent: Readonly<Record<string, number>>;
  /** Retransmissions sent. */
  readonly repeated: number;
  /** Those of them that are requests. */
  readonly repeatedRequests: number;
  /** Requests that were passed on and have no final response. */
  readonly proxied: number;
  /** Datagrams that were no SIP. */
  readonly malformed: number;
  /** Requests turned away, with 503 or silence, because too many were kept. */
  readonly tooMany: number;
  /** Admin connections broken off because they did not say who they are. */
  readonly strangersTurnedAway: number;
  /** Requests answered without any client, by status. */
  readonly refused: Readonly<Record<string, number>>;
  readonly clients: number;
  readonly dialogs: number;
  readonly transactions: number;
  readonly waitingForClient: number;
}

export const dump = (core: Core, { clients }: AdminPort): SipServerDump => ({
  clients: [...clients].map(({ id, address, authenticated, tags }) => ({ id, address, authenticated, tags })),
  routes: core.routes.dump(),
  dialogs: [...core.dialogs.all()].map((live) => ({
    id: live.id,
    client: live.client.id,
    clientGone: live.client.gone,
    usage: live.usage,
    waitingForAck: live.unacknowledged !== undefined,
  })),
  received: methods(core.received),
  sent: methods(core.sent),
  early: core.early.size,
  ringing: core.ringing.size,
  pracks: core.reliable.size + core.earlyCalls.size,
  notifies: core.subscribing.size + core.referrals.size,
  proxied: core.proxied.size,
  undecided: core.undecided.size,
  transactions: core.layer.dump(),
});

const methods = (
  all: Iterable<readonly [string, { readonly request: { readonly method: string } }]>,
): Record<string, string> => Object.fromEntries([...all].map(([id, { request }]) => [id, request.method]));

export const metrics = (core: Core, { clients, strangers }: AdminPort): SipServerMetrics => ({
  received: { ...core.counters.received },
  sent: { ...core.counters.sent },
  repeated: core.counters.repeated,
  repeatedRequests: core.counters.repeatedRequests,
  proxied: core.proxied.size,
  malformed: core.counters.malformed,
  tooMany: core.counters.tooMany,
  strangersTurnedAway: strangers.turnedAway,
  refused: { ...core.counters.refused },
  clients: clients.size,
  dialogs: core.dialogs.size,
  transactions: core.layer.size,
  waitingForClient: core.received.size,
});
