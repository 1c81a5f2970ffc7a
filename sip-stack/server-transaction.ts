import type { TransactionSurroundings } from './client-transaction.ts';
import { inviteServer, type InviteServerEvent, type InviteServerState, type ServerAction } from './invite-server.ts';
import { Run } from './machine.ts';
import { SipResponse, type HeaderValues, type SipRequest } from './message.ts';
import { nonInviteServer, type NonInviteServerEvent, type NonInviteServerState } from './non-invite-server.ts';
import { token } from './token.ts';
import { replyAddress, type SocketAddress } from './transport.ts';

type State = InviteServerState | NonInviteServerState;
type Event = InviteServerEvent | NonInviteServerEvent;

export interface ReplyOptions {
  readonly reason?: string;
  readonly headers?: HeaderValues;
  readonly body?: Buffer | string;
}

/** A request to be answered, RFC 3261 §17.2. Retransmissions of it are absorbed and answered here. */
export class ServerTransaction {
  readonly request: SipRequest;
  /** The key in the layer's table. */
  readonly id: string;
  /** Our tag in To, used by `reply`: one per transaction (RFC 3261 §8.2.6.2). */
  toTag: string;
  /** The INVITE was cancelled and has been answered 487 (only when the layer's own `onCancel` is not replaced). */
  onCancelled: ((cancel: SipRequest) => void) | undefined;
  /** Timer H: no ACK came for a non-2xx final response. */
  onTimeout: (() => void) | undefined;
  onTransportError: ((error: Error) => void) | undefined;
  onTerminated: (() => void) | undefined;
  /** The last response sent, and how it looked on the wire. */
  response: SipResponse | undefined;
  bytes: Buffer | undefined;
  readonly #around: TransactionSurroundings;
  readonly #source: SocketAddress | undefined;
  readonly #ended: (transaction: ServerTransaction) => void;
  readonly #acked: (ack: SipRequest, source: SocketAddress) => void;
  readonly #run: Run<State, Event, ServerAction>;
  #ack: { request: SipRequest; source: SocketAddress } | undefined;
  #error: Error | undefined;
  #repeated = false;

  constructor(
    id: string,
    request: SipRequest,
    around: TransactionSurroundings,
    layer: {
      ended: (transaction: ServerTransaction) => void;
      acked: (ack: SipRequest, source: SocketAddress) => void;
    },
    source?: SocketAddress,
  ) {
    this.id = id;
    this.request = request;
    this.#source = source;
    this.toTag = request.to.tag ?? token();
    this.#around = around;
    this.#ended = layer.ended;
    this.#acked = layer.acked;
    const surroundings = { ...around, reliable: around.transport.toward(this.replyTo)?.reliable ?? false };
    const act = (action: ServerAction): void => this.#act(action);
    this.#run =
      request.method === 'INVITE'
        ? (new Run(inviteServer, act, surroundings) as Run<State, Event, ServerAction>)
        : (new Run(nonInviteServer, act, surroundings) as Run<State, Event, ServerAction>);
  }

  get state(): State {
    return this.#run.state;
  }

  /** Where the responses go. */
  get replyTo(): SocketAddress {
    return replyAddress(this.request, this.#source);
  }

  /** True as long as no final response has been given. */
  get open(): boolean {
    return this.state === 'trying' || this.state === 'proceeding';
  }

  /**
   * Sends a response. For an INVITE a 2xx may be given again (the user repeats it until the ACK, §13.3.1.4).
   * @returns false when the transaction has its final response already or is gone
   */
  respond(response: SipResponse): boolean {
    const { status } = response;
    const repeats = this.state === 'accepted' && status >= 200 && status < 300;
    if (!this.open && !repeats) return false;
    const again = response === this.response;
    this.response = response;
    if (!again || !this.bytes) this.bytes = response.toBuffer();
    this.#repeated = again;
    return this.#run.step(status < 200 ? '1xx' : status < 300 ? '2xx' : '300-699');
  }

  /** Makes the response from the request, with our tag in To unless it is a 100, and sends it. */
  reply(status: number, { reason, headers, body }: ReplyOptions = {}): boolean {
    const response = SipResponse.to(this.request, status, reason, status === 100 ? undefined : this.toTag);
    response.setAll(headers);
    if (body !== undefined) response.body = Buffer.from(body);
    return this.respond(response);
  }

  /** For the layer: the request again, or its ACK. */
  receive(request: SipRequest, source: SocketAddress): void {
    if (request.method !== 'ACK') {
      this.#run.step('request');
      return;
    }
    this.#ack = { request, source };
    this.#run.step('ACK');
  }

  /** Ends at once, silently. */
  drop(): void {
    this.#run.stop();
    this.#ended(this);
  }

  #act(action: ServerAction): void {
    switch (action) {
      case 'send 100':
        if (!this.bytes) this.reply(100);
        return;
      case 'send response':
        return this.#send(this.#repeated);
      case 'repeat response':
        return this.#send(true);
      case 'double':
        return this.#run.double('G', this.#around.timers.T2);
      case 'tell ACK':
        return this.#ack && this.#acked(this.#ack.request, this.#ack.source);
      case 'tell timeout':
        return this.onTimeout?.();
      case 'tell transport error':
        return this.onTransportError?.(this.#error ?? new Error('transport error'));
      case 'end':
        this.drop();
        this.onTerminated?.();
    }
  }

  #send(repeated: boolean): void {
    if (!this.response || !this.bytes) return;
    const { replyTo } = this;
    this.#around.sent(this.response, replyTo, repeated);
    this.#around.transport.send(this.bytes, replyTo, (error) => {
      this.#error = error;
      this.#run.step('transport error');
    });
  }
}
