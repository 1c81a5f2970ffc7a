import type { Clock, TimerValues } from './clock.ts';
import { inviteClient, type ClientAction, type InviteClientEvent, type InviteClientState } from './invite-client.ts';
import { Run } from './machine.ts';
import { SipRequest, type HeaderValues, type SipResponse } from './message.ts';
import { nonInviteClient, type NonInviteClientEvent, type NonInviteClientState } from './non-invite-client.ts';
import type { Flow, SocketAddress, Transport } from './transport.ts';

/** What the user of a client transaction hears. */
export interface ClientEvents {
  /** Every provisional, the final, and for an INVITE every further 2xx (each one wants an ACK). */
  response(response: SipResponse, source: SocketAddress): void;
  /** Timer B or F: RFC 3261 §8.1.3.1 says to take it for a 408. */
  timeout(): void;
  /** The request could not be sent: to be taken for a 503. */
  transportError?(error: Error): void;
  /** The transaction is gone. */
  terminated?(): void;
}

export interface TransactionSurroundings {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timers: TimerValues;
  /** Told of every message given to the transport. */
  readonly sent: (message: SipRequest | SipResponse, to: SocketAddress, repeated: boolean) => void;
}

type State = InviteClientState | NonInviteClientState;
type Event = InviteClientEvent | NonInviteClientEvent;

/** A request on its way, RFC 3261 §17.1. */
export class ClientTransaction {
  /** As it went out, Via included. */
  readonly request: SipRequest;
  readonly destination: SocketAddress;
  /** The key in the layer's table. */
  readonly id: string;
  readonly #around: TransactionSurroundings;
  readonly #events: ClientEvents;
  readonly #ended: (transaction: ClientTransaction) => void;
  readonly #cancelling: (cancel: SipRequest, to: SocketAddress, answered: ClientEvents) => void;
  /** The request as it is on the wire. */
  readonly bytes: Buffer;
  readonly #run: Run<State, Event, ClientAction>;
  #ack: { readonly request: SipRequest; readonly bytes: Buffer } | undefined;
  #cancelHeaders: HeaderValues | undefined;
  #cancelState: 'none' | 'held' | 'sent' = 'none';
  #cancelTimer: unknown;
  #response: SipResponse | undefined;
  #source: SocketAddress;
  #error: Error | undefined;
  /** The connection that the answer comes by. */
  #flow: Flow | undefined;
  readonly #lost = (error: Error): void => this.#failed(error);

  constructor(
    id: string,
    request: SipRequest,
    destination: SocketAddress,
    events: ClientEvents,
    around: TransactionSurroundings,
    layer: {
      ended: (transaction: ClientTransaction) => void;
      cancelling: (cancel: SipRequest, to: SocketAddress, answered: ClientEvents) => void;
    },
  ) {
    this.id = id;
    this.request = request;
    this.destination = destination;
    this.#source = destination;
    this.#events = events;
    this.#around = around;
    this.#ended = layer.ended;
    this.#cancelling = layer.cancelling;
    this.bytes = request.toBuffer();
    const surroundings = { ...around, reliable: around.transport.toward(destination)?.reliable ?? false };
    const act = (action: ClientAction): void => this.#act(action);
    this.#run =
      request.method === 'INVITE'
        ? (new Run(inviteClient, act, surroundings) as Run<State, Event, ClientAction>)
        : (new Run(nonInviteClient, act, surroundings) as Run<State, Event, ClientAction>);
  }

  /** For the layer: the first sending, once the transaction can be found. */
  start(): void {
    this.#send(this.request, this.bytes, false);
  }

  get state(): State {
    return this.#run.state;
  }

  /**
   * Cancels an INVITE that has no final response (RFC 3261 §9.1). Before the first provisional the CANCEL waits for it.
   * The INVITE still ends by a final response (487, or a 2xx that was faster), or by `timeout` 64*T1 after the CANCEL.
   * @param headers e.g. Reason
   * @returns false when there is nothing left to cancel
   */
  cancel(headers?: HeaderValues): boolean {
    if (this.#cancelState !== 'none') return true;
    this.#cancelHeaders = headers;
    return this.request.method === 'INVITE' && this.#run.step('cancel');
  }

  get cancelled(): boolean {
    return this.#cancelState !== 'none';
  }

  /** For the layer: a response that belongs here. */
  receive(response: SipResponse, source: SocketAddress): void {
    this.#response = response;
    this.#source = source;
    if (response.status >= 200) this.#flow?.lost.delete(this.#lost);
    this.#run.step(response.status < 200 ? '1xx' : response.status < 300 ? '2xx' : '300-699');
  }

  /** Ends at once, silently. */
  drop(): void {
    this.#run.stop();
    this.#flow?.lost.delete(this.#lost);
    this.#around.clock.stop(this.#cancelTimer);
    this.#ended(this);
  }

  #act(action: ClientAction): void {
    switch (action) {
      case 'send request':
        return this.#send(this.request, this.bytes, true);
      case 'double':
        this.#run.double('A');
        return this.#run.double('E', this.#around.timers.T2);
      case 'slow down':
        return this.#run.again('E', this.#around.timers.T2);
      case 'send ACK':
        return this.#response && this.#acknowledge(this.#response);
      case 'hold CANCEL':
        this.#cancelState = 'held';
        return;
      case 'send held CANCEL':
        return this.#cancelState === 'held' ? this.#sendCancel() : undefined;
      case 'send CANCEL':
        return this.#sendCancel();
      case 'tell response':
        if (this.#response) this.#events.response(this.#response, this.#source);
        return;
      case 'tell timeout':
        return this.#events.timeout();
      case 'tell transport error':
        return this.#events.transportError?.(this.#error ?? new Error('transport error'));
      case 'end':
        this.drop();
        this.#events.terminated?.();
    }
  }

  #acknowledge(response: SipResponse): void {
    const repeated = this.#ack !== undefined;
    if (!this.#ack) {
      const request = acknowledgement(this.request, response);
      this.#ack = { request, bytes: request.toBuffer() };
    }
    this.#send(this.#ack.request, this.#ack.bytes, repeated);
  }

  #send(request: SipRequest, bytes: Buffer, repeated: boolean): void {
    this.#around.sent(request, this.destination, repeated);
    const flow = this.#around.transport.send(bytes, this.destination, this.#lost);
    // §17.1.4: whoever waits for an answer hears of the loss of the connection; an ACK waits for none.
    if (request !== this.request || !flow) return;
    this.#flow = flow;
    flow.lost.add(this.#lost);
  }

  #failed(error: Error): void {
    this.#error = error;
    this.#run.step('transport error');
  }

  #sendCancel(): void {
    this.#cancelState = 'sent';
    const ignore = (): void => undefined;
    this.#cancelling(cancellation(this.request, this.#cancelHeaders), this.destination, {
      response: ignore,
      timeout: ignore,
    });
    // §9.1: an element that does not answer the cancelled INVITE is given up after 64*T1.
    this.#cancelTimer = this.#around.clock.after(64 * this.#around.timers.T1, () => this.#run.step('cancelled'));
  }
}

/** The ACK of a non-2xx final response, RFC 3261 §17.1.1.3: the INVITE's own branch and no other Via, the response's To. */
const acknowledgement = (invite: SipRequest, response: SipResponse): SipRequest => {
  const ack = new SipRequest('ACK', invite.uri).add('Via', invite.via.toString());
  for (const header of invite.headers)
    if (['from', 'call-id', 'route', 'max-forwards'].includes(header.key)) ack.headers.push(header);
  return ack.add('To', response.get('to') ?? '').add('CSeq', `${invite.cseq.number} ACK`);
};

/** RFC 3261 §9.1: no Via but the INVITE's topmost. */
const cancellation = (invite: SipRequest, headers?: HeaderValues): SipRequest => {
  const cancel = new SipRequest('CANCEL', invite.uri).add('Via', invite.via.toString());
  for (const header of invite.headers)
    if (['from', 'to', 'call-id', 'route', 'max-forwards'].includes(header.key)) cancel.headers.push(header);
  return cancel.add('CSeq', `${invite.cseq.number} CANCEL`).setAll(headers);
};
