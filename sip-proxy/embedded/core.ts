import { randomUUID } from 'node:crypto';
import { SipRequest, type SipMessage } from '#sip-stack/message.ts';
import type { Quota } from '#sip-stack/quota.ts';
import type { Seldom } from '#sip-stack/seldom.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { TransactionLayer } from '#sip-stack/transactions.ts';
import type { Locator } from '#sip-stack/locator.ts';
import type { SocketAddress, Transport } from '#sip-stack/transport.ts';
import { describe, type Client } from './client.ts';
import { contactUri } from './contacts.ts';
import type { CallTimes } from './call-times.ts';
import type { Cdrs } from './cdr.ts';
import type { Counters } from './counters.ts';
import type { EarlyCall } from './early-call.ts';
import type { Dialogs, LiveDialog } from './live-dialog.ts';
import type { Log } from './log.ts';
import type { RegisteredFlows } from './registered-flows.ts';
import type { RequestHandler } from './outbound/request-handler.ts';
import type { Challenges } from './proxying/challenges.ts';
import type { ResponseContext } from './proxying/response-context.ts';
import type { Referrals } from './referring.ts';
import type { ReliableProvisionals } from './reliable-provisional.ts';
import type { Routes } from './routes.ts';
import type { Sending } from './sending.ts';
import type { Spammers } from './spammers.ts';
import { wireText } from './wire-text.ts';

export type { Sending } from './sending.ts';

/** A request from the network that a client has to answer. */
export interface Received {
  /** The transaction id the client knows. */
  readonly id: string;
  readonly transaction: ServerTransaction;
  readonly request: SipRequest;
  readonly client: Client;
  /** The dialog it came in, or would make. */
  readonly dialogId: string;
  readonly live: LiveDialog | undefined;
  /** Where the dialog it would make stands among the early ones. */
  earlyKey: string | undefined;
  /** Its provisional responses that want a PRACK. */
  reliable: ReliableProvisionals | undefined;
  /** Tells how long its caller waits. */
  readonly waited: (status: number) => void;
  /** The timer that ends the wait for the client. */
  limit: unknown;
  /** The address it came from, as long as it counts among those that wait for a first answer. */
  waitingOf: string | undefined;
  /** Called when it has its final answer, or will never have one. */
  readonly released: (() => void) | undefined;
}

/** A dialog that has no final response yet: UPDATE and its kin find their way to the client by it. */
export interface Early {
  readonly client: Client;
  readonly dialogId: string;
  /** An UPDATE is with the client. */
  updating: boolean;
}

export interface Limits {
  /** How long a client may take to the first answer of an INVITE. Milliseconds. */
  readonly inviteAnswer: number;
  /** The same for other requests: the peer's transaction has given up by then (timer F). */
  readonly otherAnswer: number;
  /** RFC 3261 §16.6, timer C: how long an INVITE of ours may ring without another response. */
  readonly timerC: number;
  /** Requests from the network kept at once (RFC 3261 §17.2), of all and of one address; more are turned away. */
  readonly mostReceived: number;
  readonly mostReceivedOfOne: number;
  /** New requests that clients were given and have not answered at all, of all and of one address; more get 503. */
  readonly mostWaiting: number;
  readonly mostWaitingOfOne: number;
}

/** What the parts of the server share. */
export interface Core {
  readonly layer: TransactionLayer;
  readonly log: Log;
  readonly counters: Counters;
  readonly cdrs: Cdrs;
  readonly routes: Routes;
  readonly dialogs: Dialogs;
  /** By transaction id. */
  readonly received: Map<string, Received>;
  readonly receivedBy: WeakMap<ServerTransaction, Received>;
  /** The dialog whose 2xx went out by this transaction. */
  readonly answeredBy: WeakMap<ServerTransaction, LiveDialog>;
  /** INVITEs that want to make a dialog and are not answered, by the id it would have. */
  readonly ringing: Map<string, Received>;
  /** Requests of clients without a final response, by transaction id. */
  readonly sent: Map<string, Sending>;
  /** By `dialogKey`. */
  readonly early: Map<string, Early>;
  /** Where names lead. */
  readonly locator: Locator;
  /** By which connection those are reached who registered by one. */
  readonly registered: RegisteredFlows;
  /** Longer requests go by TCP where the target has it (RFC 3261 §18.1.1); undefined: never, as with drachtio-server. Octets. */
  readonly udpMtu: number | undefined;
  /** INVITEs whose reliable provisional responses may still be acknowledged, by `dialogKey`. */
  readonly reliable: Map<string, Received>;
  /** INVITEs of clients that got reliable provisional responses, by the id clients use. */
  readonly earlyCalls: Map<string, EarlyCall>;
  /** Who says what becomes of new requests; without one it is the clients' turn. */
  readonly handlers: readonly RequestHandler[];
  /** Requests whose handler has not said it yet. */
  readonly undecided: Set<ServerTransaction>;
  /** Connects to an application that listens; rejects when it is not there. */
  dial(host: string, port: number, tls: boolean): Promise<Client>;
  /** Requests that go on to others and have no final response, and by whose transaction they came. */
  readonly proxied: Set<ResponseContext>;
  readonly proxiedBy: WeakMap<ServerTransaction, ResponseContext>;
  readonly challenges: Challenges;
  /** SUBSCRIBEs of clients under way, by `notifyKey`: what waits for their answers. */
  readonly subscribing: Map<string, (() => void)[]>;
  readonly referrals: Referrals;
  readonly spammers: Spammers | undefined;
  readonly onCallTime: CallTimes;
  /** Who refreshes the session of a call in whose INVITE leaves that open (RFC 4028 §9); `none`: no timer. */
  readonly defaultRefresher: 'none' | 'uac' | 'uas';
  readonly limits: Limits;
  /** Requests outside of dialogs that wait for a client's first answer. */
  readonly waiting: Quota;
  /** When the log last told of a refusal. */
  readonly refusals: Seldom;
}

export const newTransactionId = (): string => randomUUID();

/** The id under which clients know a dialog. */
export const dialogIdOf = (callId: string, fromTag: string): string => `${callId};from-tag=${fromTag}`;

/** The transport that carries what goes to `to`, or the first. */
export const transportTo = ({ layer: { transport } }: Core, to?: SocketAddress): Transport =>
  (to && transport.toward(to)) ?? transport;

/** This server's address for somebody there. */
export const hereFor = (core: Core, to?: SocketAddress): SocketAddress => {
  const { local, protocol } = transportTo(core, to);
  return { ...local, protocol };
};

/** The Contact of this server for somebody there. */
export const contactOf = (core: Core, to?: SocketAddress): string => contactUri(transportTo(core, to));

/** Gives a message from the network to a client. */
export const deliver = (
  core: Core,
  client: Client,
  message: SipMessage,
  source: SocketAddress,
  transactionId: string,
  dialogId: string,
): void => {
  const bytes = wireText(message);
  const { local } = transportTo(core, source);
  const facts = describe('network', bytes.length, source, core.layer.clock.now());
  // where it came in is told of requests alone
  const here = dialogId === '' && message instanceof SipRequest ? `${local.address}|${local.port}` : '';
  if (!client.deliver(facts, transactionId, dialogId, bytes, here))
    core.log.error({ callId: message.callId, octets: bytes.length }, 'message too long for a client: lost');
};

/** Facts for a log line about a message. */
export const about = (message: SipRequest, source: SocketAddress): object => ({
  method: message.method,
  callId: message.callId,
  from: `${source.address}:${source.port}`,
});
