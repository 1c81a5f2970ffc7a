import { systemClock, type Clock, type TimerValues } from '#sip-stack/clock.ts';
import { dialogKey } from '#sip-stack/dialog.ts';
import { Quota } from '#sip-stack/quota.ts';
import { Seldom } from '#sip-stack/seldom.ts';
import { mostReceived, mostReceivedOfOne, TransactionLayer } from '#sip-stack/transactions.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import { AdminPort } from './admin-port.ts';
import { answer } from './answering.ts';
import type { Client } from './client.ts';
import type { SipCommand } from './commands.ts';
import type { Core, Limits } from './core.ts';
import { Counters } from './counters.ts';
import { dump, metrics, type SipServerDump, type SipServerMetrics } from './dump.ts';
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
 * Starts a SIP server that does what its clients tell it by drachtio's admin protocol. UDP only; no proxying, no PRACK.
 * Rejects with the system's error when a port cannot be had.
 */
export const startSipServer = async (options: SipServerOptions): Promise<SipServer> => {
  const { sip, admin, log = silent, clock = systemClock } = options;
  const transport = await UdpTransport.bind(sip.host, sip.port, {
    forceRport: true,
    ...(sip.advertise !== undefined && { advertise: { address: sip.advertise } }),
  });
  const limits = { ...defaultLimits, ...options.limits };
  const layer = new TransactionLayer(transport, { clock, timers: options.timers, ...limits });
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
    limits,
    waiting: new Quota(limits.mostWaiting, limits.mostWaitingOfOne),
    refusals: new Seldom(() => clock.now(), refusalLinesASecond),
  };
  listen(core);
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

/** Ties the wire to the calls. A defect met on the way costs the one message, not the calls of all others. */
const listen = (core: Core): void => {
  const { layer, counters, log } = core;
  layer.onReceived = (message) => counters.countReceived(message);
  layer.onSent = (message, _to, repeated) => counters.countSent(message, repeated);
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
  for (const live of core.dialogs.all()) {
    live.acknowledged();
    live.session.stop();
    live.inviting?.stop();
  }
};
