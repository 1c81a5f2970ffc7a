import { ClientTransaction, type ClientEvents, type TransactionSurroundings } from './client-transaction.ts';
import { standardTimers, systemClock, type Clock, type TimerValues } from './clock.ts';
import { SipRequest, SipResponse, type SipMessage } from './message.ts';
import type { SipParseError } from './parse-error.ts';
import { ServerTransaction } from './server-transaction.ts';
import { magicCookie, newBranch, token } from './token.ts';
import { hostPort, replyAddress, type SocketAddress, type Transport } from './transport.ts';

export interface TransactionOptions {
  readonly timers?: Partial<TimerValues> | undefined;
  readonly clock?: Clock | undefined;
}

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

  constructor(transport: Transport, { timers, clock = systemClock }: TransactionOptions = {}) {
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
    else {
      const layer = {
        ended: (ended: ServerTransaction) => void this.#servers.delete(ended.id),
        acked: (ack: SipRequest, from: SocketAddress) => this.onAck(ack, from),
      };
      const transaction = new ServerTransaction(id, request, this.#around, layer, source);
      this.#servers.set(id, transaction);
      if (method !== 'CANCEL') this.onRequest(transaction, request, source);
      else this.onCancel(request, transaction, this.#servers.get(serverKey(request, 'INVITE')), source);
    }
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
      const replyTo = replyAddress(request, source);
      this.onSent?.(response, replyTo, false);
      this.transport.send(response.toBuffer(), replyTo);
    }
    this.onRejected(error, source);
  }
}

/** §17.2.3: branch, sent-by and method; what an RFC 2543 element left out is replaced by what makes its request unique. */
const serverKey = (request: SipRequest, method: string): string => {
  const { via } = request;
  const { branch } = via;
  if (branch?.startsWith(magicCookie)) return `${branch} ${via.sentBy} ${method}`;
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
