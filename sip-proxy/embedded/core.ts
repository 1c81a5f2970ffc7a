import { randomUUID } from 'node:crypto';
import type { SipMessage, SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { TransactionLayer } from '#sip-stack/transactions.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { describe, type Client } from './client.ts';
import type { CallTimes } from './call-times.ts';
import type { Cdrs } from './cdr.ts';
import type { Counters } from './counters.ts';
import type { EarlyCall } from './early-call.ts';
import type { Dialogs, LiveDialog } from './live-dialog.ts';
import type { Log } from './log.ts';
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
}

export const newTransactionId = (): string => randomUUID();

/** The id under which clients know a dialog. */
export const dialogIdOf = (callId: string, fromTag: string): string => `${callId};from-tag=${fromTag}`;

/** The Contact of this server. */
export const contactOf = ({ layer: { transport } }: Core): string =>
  `<sip:${transport.local.address}:${transport.local.port}>`;

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
  const { local } = core.layer.transport;
  const facts = describe('network', bytes.length, source, core.layer.clock.now());
  const here = dialogId === '' ? `${local.address}|${local.port}` : '';
  client.deliver(facts, transactionId, dialogId, bytes, here);
};

/** Facts for a log line about a message. */
export const about = (message: SipRequest, source: SocketAddress): object => ({
  method: message.method,
  callId: message.callId,
  from: `${source.address}:${source.port}`,
});
