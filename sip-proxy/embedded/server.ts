import { systemClock, type Clock, type TimerValues } from '#sip-stack/clock.ts';
import type { ConnectionLimits } from '#sip-stack/connection-limits.ts';
import { dialogKey } from '#sip-stack/dialog.ts';
import { Locator } from '#sip-stack/locator.ts';
import { NameLookup } from '#sip-stack/name-lookup.ts';
import { Quota } from '#sip-stack/quota.ts';
import { Seldom } from '#sip-stack/seldom.ts';
import { mostReceived, mostReceivedOfOne, TransactionLayer } from '#sip-stack/transactions.ts';
import { AdminPort } from './admin-port.ts';
import { answer } from './answering.ts';
import type { CallTimes } from './call-times.ts';
import { Cdrs } from './cdr.ts';
import type { Client } from './client.ts';
import type { SipCommand } from './commands.ts';
import { abilitiesOf, contactNames, listenAt, type SipContact } from './contacts.ts';
import { hereFor, type Core, type Limits } from './core.ts';
import { Counters } from './counters.ts';
import { dump, metrics, type SipServerDump, type SipServerMetrics } from './dump.ts';
import { HepCapture, shownOf, type HepOptions } from './hep.ts';
import { limit } from './holding.ts';
import { Dialogs } from './live-dialog.ts';
import { silent, type Log } from './log.ts';
import type { RequestHandler } from './outbound/request-handler.ts';
import { Challenges } from './proxying/challenges.ts';
import { proxy } from './proxying/proxying.ts';
import { receiveAck, receiveCancel } from './receiving-in-dialog.ts';
import { receiveRequest } from './receiving.ts';
import { RegisteredFlows } from './registered-flows.ts';
import { cancel, request } from './requesting.ts';
import { requestInDialog } from './requesting-in-dialog.ts';
import { Referrals } from './referring.ts';
import { Routes } from './routes.ts';
import type { Spammers } from './spammers.ts';

export interface SipServerOptions {
  /** The first contact: what goes to somebody who says no transport goes from there, unless there is another of UDP. */
  readonly sip: SipContact;
  /** Further ones: other protocols, other addresses. */
  readonly contacts?: readonly SipContact[];
  /** See `Core`. */
  readonly udpMtu?: number;
  /** `address` or `address:port` of the DNS servers to ask; unless given those of the system. */
  readonly dnsServers?: readonly string[];
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
  /** Of TCP, TLS and WebSocket, for each contact. */
  readonly connections?: Partial<ConnectionLimits>;
}

export type { SipServerDump, SipServerMetrics } from './dump.ts';

export interface SipServer {
  /** Of the first contact. */
  readonly sipPort: number;
  /** Of all of them, in their order: `protocol/address:port`. */
  readonly contacts: readonly string[];
  readonly adminPort: number;
  /** What is alive now. */
  dump(): SipServerDump;
  /** What has happened since the start, and how much is alive. */
  metrics(): SipServerMetrics;
  /** Closes both ports and forgets all calls, silently. */
  close(): Promise<void>;
}

const refusalLinesASecond = 20;

/** Timer C as RFC 3261 §16.6 wants it: more than three minutes. */
const defaultLimits: Limits = {
  inviteAnswer: 64_000,
  otherAnswer: 32_000,
  timerC: 185_000,
  mostReceived,
  mostReceivedOfOne,
  mostWaiting: 2_000,
  mostWaitingOfOne: 1_000,
};

/**
 * Starts a SIP server that does what its clients tell it by drachtio's admin protocol.
 * Rejects with the system's error when a port cannot be had, with a TypeError when a secure contact has no certificate.
 */
export const startSipServer = async (options: SipServerOptions): Promise<SipServer> => {
  const { sip, contacts = [], admin, log = silent, clock = systemClock, dnsServers: servers } = options;
  const transport = await listenAt([sip, ...contacts], { log, clock, limits: options.connections });
  const limits = { ...defaultLimits, ...options.limits };
  const layer = new TransactionLayer(transport, { clock, timers: options.timers, ...limits });
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
    locator: new Locator(new NameLookup({ servers, clock }), abilitiesOf(transport)),
    registered: new RegisteredFlows(clock),
    udpMtu: options.udpMtu,
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
    limits,
    waiting: new Quota(limits.mostWaiting, limits.mostWaitingOfOne),
    refusals: new Seldom(() => clock.now(), refusalLinesASecond),
  };
  const hep = options.hep && new HepCapture(options.hep);
  listen(core, hep);
  const names = contactNames(transport);
  const adminPort = await AdminPort.listen({
    ...admin,
    log,
    clock,
    routes: core.routes,
    sipAddress: names.join(','),
    onSip: (client, command) => obey(core, client, command),
    onGone: (client) => leave(core, client),
  }).catch(async (error: unknown) => {
    hep?.close();
    await transport.close();
    throw error;
  });
  core.dial = (host, toPort, tls) => adminPort.dial(host, toPort, tls);
  log.info({ sip: names, admin: `${admin.host}:${adminPort.port}` }, 'SIP server started');
  return {
    sipPort: transport.local.port,
    contacts: names,
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
  const { clock } = layer;
  layer.onReceived = (message, from) => {
    counters.countReceived(message);
    hep?.take({ from, to: hereFor(core, from), at: clock.now(), bytes: shownOf(message) });
  };
  layer.onSent = (message, to, repeated) => {
    counters.countSent(message, repeated);
    hep?.take({ from: hereFor(core, to), to, at: clock.now(), bytes: shownOf(message) });
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
  const now = (): number => layer.clock.now();
  const [noSip, tooMany] = [new Seldom(now, refusalLinesASecond), new Seldom(now)];
  layer.onRejected = (error, { address, port }) => {
    counters.malformed += 1;
    const facts = { from: `${address}:${port}`, status: error.status, why: error.message };
    noSip.happened((untold) => log.info({ ...facts, untold }, 'no SIP message'));
  };
  layer.isKnown = (request) => core.dialogs.find(dialogKey(request) ?? '') !== undefined;
  layer.onTooMany = ({ method }, { address, port }) => {
    counters.tooMany += 1;
    const facts = { from: `${address}:${port}`, method, held: layer.received };
    tooMany.happened((untold) => log.warn({ ...facts, untold }, 'too many requests: turned away'));
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
