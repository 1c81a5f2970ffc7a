import { ClientTransaction, type ClientEvents, type TransactionSurroundings } from './client-transaction.ts';
import { standardTimers, systemClock, type Clock, type TimerValues } from './clock.ts';
import { SipRequest, SipResponse, type SipMessage } from './message.ts';
import type { SipParseError } from './parse-error.ts';
import { Quota } from './quota.ts';
import { ServerTransaction } from './server-transaction.ts';
import { magicCookie, newBranch, token } from './token.ts';
import { hostPort, replyAddress, type SocketAddress, type Transport } from './transport.ts';

export interface TransactionOptions {
  readonly timers?: Partial<TimerValues> | undefined;
  readonly clock?: Clock | undefined;
  /** Requests of others that may be kept at once, of all and of one address. */
  readonly mostReceived?: number | undefined;
  readonly mostReceivedOfOne?: number | undefined;
}

/**
 * Requests of others kept at once. A call set up and torn down leaves two transactions for 32 s (64*T1): these are 470 calls a second, and
 * 310 of one address. Each holds about 8 kB: 240 MB, and 160 of one address.
 */
export const mostReceived = 30_000;
export const mostReceivedOfOne = 20_000;
/** Answers a second to those that are too many; the rest hears nothing (RFC 3261 §21.5.4). */
const mostApologies = 200;
const retryAfterSeconds = '5';

/** RFC 3261 §17: finds the transaction of every message, and tells its user what is new. */
export class TransactionLayer {
  /** A new request that is neither ACK nor CANCEL. */
  onRequest: (transaction: ServerTransaction, request: SipRequest, source: SocketAddress) => void = (transaction) =>
    void transaction.reply(501);
  /** The ACK of a 2xx, each time it comes. */
  onAck: (ack: SipRequest, source: SocketAddress) => void = () => undefined;
  /**
   * A CANCEL and the INVITE transaction it is for, undefined when there is none. Whoever replaces this answers both;
   * otherwise it is done as §9.2 says and the transaction's `onCancelled` is told.
   */
  onCancel: (
    cancel: SipRequest,
    transaction: ServerTransaction,
    invite: ServerTransaction | undefined,
    source: SocketAddress,
  ) => void = (cancel, transaction, invite) => answerCancel(cancel, transaction, invite);
  /** A response of no transaction, e.g. a 2xx repeated after 64*T1. */
  onStrayResponse: (response: SipResponse, source: SocketAddress) => void = () => undefined;
  /** Something that is no SIP. It has been answered already if it can be. */
  onRejected: (error: SipParseError, source: SocketAddress) => void = () => undefined;
  /** Requests that came when there were too many. @param answered with 503, or not at all */
  onTooMany: ((request: SipRequest, source: SocketAddress, answered: boolean) => void) | undefined;
  /** A request of a dialog that is known here is taken however many there are: a flood must not keep calls from ending. */
  isKnown: (request: SipRequest) => boolean = () => false;
  /** Everything that comes in or is retransmitted to us, before anything else; for counting and tracing. */
  onReceived: ((message: SipMessage, source: SocketAddress) => void) | undefined;
  /** Everything that goes out, retransmissions included. */
  onSent: ((message: SipRequest | SipResponse, to: SocketAddress, repeated: boolean) => void) | undefined;

  readonly transport: Transport;
  readonly timers: TimerValues;
  readonly clock: Clock;
  readonly #around: TransactionSurroundings;
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ServerTransaction>();
  readonly #quota: Quota;
  readonly #apologies = { second: 0, count: 0 };
  /** Answers given without a transaction: the same request has the same tag again (RFC 3261 §8.2.7). */
  readonly #statelessTag = token();

  constructor(transport: Transport, options: TransactionOptions = {}) {
    const { timers, clock = systemClock } = options;
    this.#quota = new Quota(
      options.mostReceived ?? mostReceived,
      options.mostReceivedOfOne ?? options.mostReceived ?? mostReceivedOfOne,
    );
    this.transport = transport;
    this.timers = { ...standardTimers, ...timers };
    this.clock = clock;
    this.#around = {
      transport,
      clock,
      timers: this.timers,
      sent: (message, to, repeated) => this.onSent?.(message, to, repeated),
    };
    transport.receiver = {
      onMessage: (message, source) => this.#received(message, source),
      onRejected: (error, source) => this.#rejected(error, source),
    };
  }

  /**
   * Puts a Via with a new branch on a request that has none; `request` and `sendStateless` do it, too.
   * @param destination where it will go: decides which of several transports it names
   */
  stamp(request: SipRequest, destination?: SocketAddress): void {
    if (request.has('via')) return;
    const { protocol, local } = (destination && this.transport.toward(destination)) ?? this.transport;
    request.prepend('Via', `SIP/2.0/${protocol} ${hostPort(local)};rport;branch=${newBranch()}`);
  }

  /**
   * Sends a request in a transaction of its own, stamped with a Via.
   * @param destination address literal and port of the next hop
   */
  request(request: SipRequest, destination: SocketAddress, events: ClientEvents): ClientTransaction {
    this.stamp(request, destination);
    return this.#begin(request, destination, events);
  }

  /**
   * Sends a request outside of transactions, stamped with a Via: the ACK of a 2xx.
   * @returns what went on the wire; sent again as it is for each repeated 2xx (RFC 3261 §13.2.2.4)
   */
  sendStateless(request: SipRequest, destination: SocketAddress): Buffer {
    this.stamp(request, destination);
    const bytes = request.toBuffer();
    this.onSent?.(request, destination, false);
    this.transport.send(bytes, destination);
    return bytes;
  }

  /** Live transactions by state. */
  dump(): { clients: Record<string, number>; servers: Record<string, number> } {
    const count = (all: Iterable<{ request: SipRequest; state: string }>): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const { request, state } of all) {
        const name = `${request.method} ${state}`;
        counts[name] = (counts[name] ?? 0) + 1;
      }
      return counts;
    };
    return { clients: count(this.#clients.values()), servers: count(this.#servers.values()) };
  }

  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /** Requests of others that are kept. */
  get received(): number {
    return this.#quota.size;
  }

  /** Forgets every transaction, silently. The transport stays open. */
  close(): void {
    for (const one of [...this.#clients.values(), ...this.#servers.values()]) one.drop();
  }

  #begin(request: SipRequest, destination: SocketAddress, events: ClientEvents): ClientTransaction {
    // §17.1.3: the branch and the method of the CSeq; a CANCEL shares its INVITE's branch.
    const id = `${request.via.branch ?? ''} ${request.method}`;
    const transaction = new ClientTransaction(id, request, destination, events, this.#around, {
      ended: (ended) => void this.#clients.delete(ended.id),
      cancelling: (cancel, to, answered) => void this.#begin(cancel, to, answered),
    });
    this.#clients.set(id, transaction);
    transaction.start();
    return transaction;
  }

  #received(message: SipMessage, source: SocketAddress): void {
    this.onReceived?.(message, source);
    if (message instanceof SipRequest) this.#request(message, source);
    else if (message instanceof SipResponse) this.#response(message, source);
  }

  #response(response: SipResponse, source: SocketAddress): void {
    const transaction = this.#clients.get(`${response.via.branch ?? ''} ${response.cseq.method}`);
    if (transaction) transaction.receive(response, source);
    else this.onStrayResponse(response, source);
  }

  #request(request: SipRequest, source: SocketAddress): void {
    const { method } = request;
    const id = serverKey(request, method === 'ACK' ? 'INVITE' : method);
    const known = this.#servers.get(id);
    if (known) known.receive(request, source);
    else if (method === 'ACK') this.onAck(request, source);
    else if (!this.#admits(request, source)) this.#apologise(request, source);
    else {
      const layer = {
        ended: (ended: ServerTransaction) => {
          if (this.#servers.get(ended.id) !== ended) return;
          this.#servers.delete(ended.id);
          this.#quota.leave(source.address);
        },
        acked: (ack: SipRequest, from: SocketAddress) => this.onAck(ack, from),
      };
      const transaction = new ServerTransaction(id, request, this.#around, layer, source);
      this.#servers.set(id, transaction);
      if (method !== 'CANCEL') this.onRequest(transaction, request, source);
      else this.onCancel(request, transaction, this.#servers.get(serverKey(request, 'INVITE')), source);
    }
  }

  #admits(request: SipRequest, source: SocketAddress): boolean {
    if (this.#quota.enter(source.address)) return true;
    const ends = request.method === 'CANCEL' && this.#servers.has(serverKey(request, 'INVITE'));
    if (!ends && !this.isKnown(request)) return false;
    this.#quota.count(source.address);
    return true;
  }

  /** RFC 3261 §8.2.7, §21.5.4: 503 without a transaction, as long as there are few; then silence. */
  #apologise(request: SipRequest, source: SocketAddress): void {
    const second = Math.floor(this.clock.now() / 1000);
    if (second !== this.#apologies.second) Object.assign(this.#apologies, { second, count: 0 });
    const answered = this.#apologies.count < mostApologies;
    if (answered) {
      this.#apologies.count += 1;
      const response = SipResponse.to(request, 503, undefined, this.#statelessTag);
      this.#reply(request, response.set('Retry-After', retryAfterSeconds), source);
    }
    this.onTooMany?.(request, source, answered);
  }

  /** Answers outside of transactions. */
  #reply(request: SipRequest, response: SipResponse, source: SocketAddress): void {
    const to = replyAddress(request, source);
    this.onSent?.(response, to, false);
    this.transport.send(response.toBuffer(), to);
  }

  #rejected(error: SipParseError, source: SocketAddress): void {
    if (error.request) {
      const { status, message, request } = error;
      const response = SipResponse.to(
        request,
        status,
        status === 400 ? `Bad Request (${message})` : undefined,
        token(),
      );
      this.#reply(request, response, source);
    }
    this.onRejected(error, source);
  }
}

/** §17.2.3: branch, sent-by and method; what an RFC 2543 element left out is replaced by what makes its request unique. */
const serverKey = (request: SipRequest, method: string): string => {
  const { via } = request;
  const { branch } = via;
  // The cookie alone says nothing (RFC 4475 §3.2.1).
  if (branch?.startsWith(magicCookie) && branch !== magicCookie) return `${branch} ${via.sentBy} ${method}`;
  const { callId, cseq, from, uri } = request;
  return `${callId} ${cseq.number} ${from.tag ?? ''} ${uri} ${via.sentBy} ${branch ?? ''} ${method}`;
};

/** §9.2. A CANCEL has no effect on an INVITE that has been answered. */
const answerCancel = (cancel: SipRequest, transaction: ServerTransaction, invite?: ServerTransaction): void => {
  if (!invite) {
    transaction.reply(481);
    return;
  }
  transaction.toTag = invite.toTag;
  transaction.reply(200);
  if (invite.open && invite.reply(487)) invite.onCancelled?.(cancel);
};
