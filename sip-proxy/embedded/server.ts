import { systemClock, type Clock, type TimerValues } from '#sip-stack/clock.ts';
import { TransactionLayer } from '#sip-stack/transactions.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import { AdminPort } from './admin-port.ts';
import { answer } from './answering.ts';
import type { CallTimes } from './call-times.ts';
import { Cdrs } from './cdr.ts';
import type { Client } from './client.ts';
import type { SipCommand } from './commands.ts';
import type { Core, Limits } from './core.ts';
import { Counters } from './counters.ts';
import { dump, metrics, type SipServerDump, type SipServerMetrics } from './dump.ts';
import { HepCapture, type HepOptions } from './hep.ts';
import { limit } from './holding.ts';
import { Dialogs } from './live-dialog.ts';
import { silent, type Log } from './log.ts';
import type { RequestHandler } from './outbound/request-handler.ts';
import { Challenges } from './proxying/challenges.ts';
import { proxy } from './proxying/proxying.ts';
import { receiveAck, receiveCancel } from './receiving-in-dialog.ts';
import { receiveRequest } from './receiving.ts';
import { cancel, request } from './requesting.ts';
import { requestInDialog } from './requesting-in-dialog.ts';
import { Referrals } from './referring.ts';
import { Routes } from './routes.ts';
import type { Spammers } from './spammers.ts';

export interface SipServerOptions {
  /** `port` 0 lets the system choose; `advertise` is the address others reach this one by. */
  readonly sip: { readonly host: string; readonly port: number; readonly advertise?: string };
  readonly admin: { readonly host: string; readonly port: number; readonly secret: string };
  /** Who says which application takes a new request; without one those take it that are connected. */
  readonly handlers?: readonly RequestHandler[];
  /** Tell applications that ask for them of calls (`cdr:attempt`, `cdr:start`, `cdr:stop`). */
  readonly cdrs?: boolean;
  /** Where copies of all SIP messages go. */
  readonly hep?: HepOptions;
  readonly spammers?: Spammers;
  /** `none` when it is not said. */
  readonly defaultRefresher?: Core['defaultRefresher'];
  /** How long calls wait: to the first sign of life and to the answer. */
  readonly onCallTime?: CallTimes;
  readonly log?: Log;
  /** For tests: RFC 3261 timers, the clock they run on, and how long clients may think. */
  readonly timers?: Partial<TimerValues>;
  readonly clock?: Clock;
  readonly limits?: Partial<Limits>;
}

export type { SipServerDump, SipServerMetrics } from './dump.ts';

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

/** Timer C as RFC 3261 §16.6 wants it: more than three minutes. */
const defaultLimits: Limits = { inviteAnswer: 64_000, otherAnswer: 32_000, timerC: 185_000 };

/**
 * Starts a SIP server that does what its clients tell it by drachtio's admin protocol. UDP only.
 * Rejects with the system's error when a port cannot be had.
 */
export const startSipServer = async (options: SipServerOptions): Promise<SipServer> => {
  const { sip, admin, log = silent, clock = systemClock } = options;
  const transport = await UdpTransport.bind(sip.host, sip.port, {
    forceRport: true,
    ...(sip.advertise !== undefined && { advertise: { address: sip.advertise } }),
  });
  const layer = new TransactionLayer(transport, { clock, timers: options.timers });
  const routes = new Routes();
  const core: Core & { dial: Core['dial'] } = {
    layer,
    log,
    counters: new Counters(),
    routes,
    cdrs: new Cdrs(routes, clock, options.cdrs === true),
    dialogs: new Dialogs(),
    received: new Map(),
    receivedBy: new WeakMap(),
    answeredBy: new WeakMap(),
    ringing: new Map(),
    sent: new Map(),
    early: new Map(),
    reliable: new Map(),
    earlyCalls: new Map(),
    handlers: options.handlers ?? [],
    undecided: new Set(),
    dial: () => Promise.reject(new Error('the server is starting')),
    proxied: new Set(),
    proxiedBy: new WeakMap(),
    challenges: new Challenges(clock),
    spammers: options.spammers,
    onCallTime: options.onCallTime ?? (() => undefined),
    defaultRefresher: options.defaultRefresher ?? 'none',
    subscribing: new Map(),
    referrals: new Referrals(),
    limits: { ...defaultLimits, ...options.limits },
  };
  const hep = options.hep && new HepCapture(options.hep);
  listen(core, hep);
  const { address, port } = transport.local;
  const adminPort = await AdminPort.listen({
    ...admin,
    log,
    clock,
    routes: core.routes,
    sipAddress: `udp/${address}:${port}`,
    onSip: (client, command) => obey(core, client, command),
    onGone: (client) => leave(core, client),
  }).catch(async (error: unknown) => {
    hep?.close();
    await transport.close();
    throw error;
  });
  core.dial = (host, toPort, tls) => adminPort.dial(host, toPort, tls);
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
      hep?.close();
      await transport.close();
      log.info({}, 'SIP server stopped');
    },
  };
};

/** Ties the wire to the calls. A defect met on the way costs the one message, not the calls of all others. */
const listen = (core: Core, hep: HepCapture | undefined): void => {
  const { layer, counters, log } = core;
  const { clock, transport } = layer;
  const protocol = 17;
  layer.onReceived = (message, from) => {
    counters.countReceived(message);
    hep?.take({ from, to: transport.local, protocol, at: clock.now(), bytes: message.raw ?? message.toBuffer() });
  };
  layer.onSent = (message, to, repeated) => {
    counters.countSent(message, repeated);
    hep?.take({ from: transport.local, to, protocol, at: clock.now(), bytes: message.toBuffer() });
  };
  layer.onRequest = (transaction, message, source) => {
    const failed = (): unknown => transaction.reply(500);
    guard(core, message.method, failed, () => receiveRequest(core, transaction, message, source));
  };
  layer.onAck = (ack, source) => guard(core, 'ACK', undefined, () => receiveAck(core, ack, source));
  layer.onCancel = (message, transaction, invite, source) => {
    const failed = (): unknown => transaction.reply(500);
    guard(core, 'CANCEL', failed, () => receiveCancel(core, message, transaction, invite, source));
  };
  layer.onRejected = (error, source) => {
    counters.malformed += 1;
    log.info({ from: `${source.address}:${source.port}`, status: error.status, why: error.message }, 'no SIP message');
  };
};

const guard = (core: Core, what: string, failed: (() => unknown) | undefined, act: () => void): void => {
  try {
    act();
  } catch (error) {
    core.log.error({ err: error, what }, 'defect');
    failed?.();
  }
};

const obey = (core: Core, client: Client, command: SipCommand): void =>
  guard(
    core,
    command.kind,
    () => client.answer(command.id, 'NOK', 'Internal server error'),
    () => {
      switch (command.kind) {
        case 'respond':
          return answer(core, client, command);
        case 'cancel':
          return cancel(core, client, command);
        case 'request in dialog':
          return requestInDialog(core, client, command);
        case 'request':
          return request(core, client, command);
        case 'proxy':
          return proxy(core, client, command);
      }
    },
  );

/**
 * A client is gone: its calls stay, what waits for its answer waits no longer than any other. A phone that still rings for it
 * is released: nobody could take the call that it answers.
 */
const leave = (core: Core, client: Client): void => {
  let [calls, waiting] = [0, 0];
  for (const sending of core.sent.values()) if (sending.client === client) sending.abandon();
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
  core.challenges.stop();
  core.referrals.stop(core);
  for (const { reliable } of core.reliable.values()) reliable?.forget();
  for (const live of core.dialogs.all()) {
    live.acknowledged();
    live.session.stop();
    for (const timer of live.subscriptions.values()) core.layer.clock.stop(timer);
    live.inviting?.stop();
  }
};
