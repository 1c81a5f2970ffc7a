import { systemClock, type Clock, type TimerValues } from '#sip-stack/clock.ts';
import { TransactionLayer } from '#sip-stack/transactions.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import { AdminPort } from './admin-port.ts';
import { answer } from './answering.ts';
import type { Client } from './client.ts';
import type { SipCommand } from './commands.ts';
import type { Core, Limits } from './core.ts';
import { Counters } from './counters.ts';
import { limit } from './holding.ts';
import { Dialogs } from './live-dialog.ts';
import { silent, type Log } from './log.ts';
import { receiveAck, receiveCancel } from './receiving-in-dialog.ts';
import { receiveRequest } from './receiving.ts';
import { cancel, request } from './requesting.ts';
import { requestInDialog } from './requesting-in-dialog.ts';
import { Routes } from './routes.ts';

export interface SipServerOptions {
  /** `port` 0 lets the system choose; `advertise` is the address others reach this one by. */
  readonly sip: { readonly host: string; readonly port: number; readonly advertise?: string };
  readonly admin: { readonly host: string; readonly port: number; readonly secret: string };
  readonly log?: Log;
  /** For tests: RFC 3261 timers, the clock they run on, and how long clients may think. */
  readonly timers?: Partial<TimerValues>;
  readonly clock?: Clock;
  readonly limits?: Partial<Limits>;
}

export interface SipServer {
  readonly sipPort: number;
  readonly adminPort: number;
  /** What is alive now. */
  dump(): SipServerDump;
  /** What has happened since the start, and how much is alive. */
  metrics(): SipServerMetrics;
  /** Closes both ports and forgets all calls, silently. */
  close(): Promise<void>;
}

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
  readonly transactions: { clients: Record<string, number>; servers: Record<string, number> };
}

export interface SipServerMetrics {
  /** `METHOD` or `METHOD status` -> count. */
  readonly received: Readonly<Record<string, number>>;
  readonly sent: Readonly<Record<string, number>>;
  readonly repeated: number;
  readonly malformed: number;
  /** Requests answered without any client, by status. */
  readonly refused: Readonly<Record<string, number>>;
  readonly clients: number;
  readonly dialogs: number;
  readonly transactions: number;
  readonly waitingForClient: number;
}

/** Timer C as RFC 3261 §16.6 wants it: more than three minutes. */
const defaultLimits: Limits = { inviteAnswer: 64_000, otherAnswer: 32_000, timerC: 185_000 };

/**
 * Starts a SIP server that does what its clients tell it by drachtio's admin protocol. UDP only; no proxying, no PRACK.
 * Rejects with the system's error when a port cannot be had.
 */
export const startSipServer = async (options: SipServerOptions): Promise<SipServer> => {
  const { sip, admin, log = silent, clock = systemClock } = options;
  const transport = await UdpTransport.bind(sip.host, sip.port, {
    forceRport: true,
    ...(sip.advertise !== undefined && { advertise: { address: sip.advertise } }),
  });
  const layer = new TransactionLayer(transport, { clock, timers: options.timers });
  const core: Core = {
    layer,
    log,
    counters: new Counters(),
    routes: new Routes(),
    dialogs: new Dialogs(),
    received: new Map(),
    receivedBy: new WeakMap(),
    answeredBy: new WeakMap(),
    ringing: new Map(),
    sent: new Map(),
    early: new Map(),
    limits: { ...defaultLimits, ...options.limits },
  };
  listen(core);
  const { address, port } = transport.local;
  const adminPort = await AdminPort.listen({
    ...admin,
    log,
    routes: core.routes,
    sipAddress: `udp/${address}:${port}`,
    onSip: (client, command) => obey(core, client, command),
    onGone: (client) => leave(core, client),
  }).catch(async (error: unknown) => {
    await transport.close();
    throw error;
  });
  log.info({ sip: `${address}:${port}`, admin: `${admin.host}:${adminPort.port}` }, 'SIP server started');
  return {
    sipPort: port,
    adminPort: adminPort.port,
    dump: () => dump(core, adminPort),
    metrics: () => metrics(core, adminPort),
    close: async () => {
      await adminPort.close();
      stopTimers(core);
      layer.close();
      await transport.close();
      log.info({}, 'SIP server stopped');
    },
  };
};

/** Ties the wire to the calls. */
const listen = (core: Core): void => {
  const { layer, counters, log } = core;
  layer.onReceived = (message) => counters.countReceived(message);
  layer.onSent = (message, _to, repeated) => counters.countSent(message, repeated);
  layer.onRequest = (transaction, message, source) => receiveRequest(core, transaction, message, source);
  layer.onAck = (ack, source) => receiveAck(core, ack, source);
  layer.onCancel = (message, transaction, invite, source) => receiveCancel(core, message, transaction, invite, source);
  layer.onRejected = (error, source) => {
    counters.malformed += 1;
    log.info({ from: `${source.address}:${source.port}`, status: error.status, why: error.message }, 'no SIP message');
  };
};

const obey = (core: Core, client: Client, command: SipCommand): void => {
  switch (command.kind) {
    case 'respond':
      return answer(core, client, command);
    case 'cancel':
      return cancel(core, client, command);
    case 'request in dialog':
      return requestInDialog(core, client, command);
    case 'request':
      return request(core, client, command);
  }
};

/** A client is gone: its calls stay, what waits for its answer waits no longer than any other. */
const leave = (core: Core, client: Client): void => {
  let [calls, waiting] = [0, 0];
  for (const live of core.dialogs.all()) if (live.client === client) calls += 1;
  for (const received of core.received.values()) {
    if (received.client !== client) continue;
    waiting += 1;
    limit(core, received);
  }
  if (calls + waiting > 0) core.log.warn({ client: client.id, calls, waiting }, 'client left calls behind');
};

const stopTimers = (core: Core): void => {
  for (const received of core.received.values()) core.layer.clock.stop(received.limit);
  for (const sending of core.sent.values()) sending.stop();
  for (const live of core.dialogs.all()) {
    live.acknowledged();
    live.session.stop();
    live.inviting?.stop();
  }
};

const dump = (core: Core, { clients }: AdminPort): SipServerDump => ({
  clients: [...clients].map(({ id, address, authenticated, tags }) => ({ id, address, authenticated, tags })),
  routes: core.routes.dump(),
  dialogs: [...core.dialogs.all()].map((live) => ({
    id: live.id,
    client: live.client.id,
    clientGone: live.client.gone,
    usage: live.usage,
    waitingForAck: live.unacknowledged !== undefined,
  })),
  received: Object.fromEntries(
    [...core.received].map(
      ([
        id,
        {
          request: { method },
        },
      ]) => [id, method],
    ),
  ),
  sent: Object.fromEntries(
    [...core.sent].map(
      ([
        id,
        {
          request: { method },
        },
      ]) => [id, method],
    ),
  ),
  early: core.early.size,
  ringing: core.ringing.size,
  transactions: core.layer.dump(),
});

const metrics = (core: Core, { clients }: AdminPort): SipServerMetrics => ({
  received: { ...core.counters.received },
  sent: { ...core.counters.sent },
  repeated: core.counters.repeated,
  malformed: core.counters.malformed,
  refused: { ...core.counters.refused },
  clients: clients.size,
  dialogs: core.dialogs.size,
  transactions: core.layer.size,
  waitingForClient: core.received.size,
});
