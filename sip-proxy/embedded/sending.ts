import type { ClientTransaction } from '#sip-stack/client-transaction.ts';
import { SipResponse, type HeaderValues, type SipRequest } from '#sip-stack/message.ts';
import { literalAddress, locate } from '#sip-stack/next-hop.ts';
import { refused } from '#sip-stack/refused.ts';
import { token } from '#sip-stack/token.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import type { Client } from './client.ts';
import type { Core } from './core.ts';

export interface SendingEvents {
  /** Every response, also one made here: 408 for silence, 503 for what cannot be reached. */
  response(response: SipResponse, source: SocketAddress): void;
  /** No further response can come. */
  ended?(): void;
}

const nowhere: SocketAddress = { address: '0.0.0.0', port: 0 };

/** A request on its way: the next hop found, its transaction, and answers for what nobody answers. */
export class Sending {
  readonly request: SipRequest;
  /** Whose call it is to be; undefined where the server itself asks. */
  client: Client | undefined;
  readonly #core: Core;
  readonly #events: SendingEvents;
  #transaction: ClientTransaction | undefined;
  #cancelled = false;
  #cancelHeaders: HeaderValues | undefined;
  #answered = false;
  #abandoned = false;
  #heard = false;
  #timerC: unknown;
  #ask: unknown;

  /**
   * Puts the Via on `request` at once; sends it at once, too, unless a name must be looked up.
   * @param hop an address, or a URI whose host is the next hop
   */
  constructor(core: Core, request: SipRequest, hop: SocketAddress | string, events: SendingEvents) {
    this.request = request;
    this.#core = core;
    this.#events = events;
    core.layer.stamp(request);
    const address = typeof hop === 'string' ? (literalAddress(hop) ?? hop) : hop;
    if (typeof address === 'string') this.#find(address);
    else this.#send(address);
  }

  /** Set by a CANCEL; the final response may still be a 2xx. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Nobody waits for its answer any more: a 2xx is to be released at once. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Cancels and forgets: no further response is told but a 2xx that was faster. */
  abandon(headers?: HeaderValues): void {
    this.cancel(headers);
    this.#abandoned = true;
  }

  /** @returns false when there is no INVITE left to cancel */
  cancel(headers?: HeaderValues): boolean {
    if (this.#answered || this.request.method !== 'INVITE') return false;
    this.#cancelled = true;
    this.#cancelHeaders = headers;
    return this.#transaction?.cancel(headers) ?? true;
  }

  /** Ends silently; the transaction is the layer's to close. */
  stop(): void {
    this.#core.layer.clock.stop(this.#timerC);
    this.#core.layer.clock.stop(this.#ask);
  }

  #find(hop: string): void {
    locate(hop)
      .catch(() => undefined)
      .then((address) => {
        if (this.#cancelled) this.#make(487, 'Request Terminated');
        else if (address) this.#send(address);
        else this.#make(503, 'DNS Error');
      })
      .catch((error: unknown) => this.#core.log.error({ err: error }, 'a response could not be taken'));
  }

  #send(address: SocketAddress): void {
    const { clock, timers } = this.#core.layer;
    this.#ask = clock.after(timers.T1, () => this.#askHost(address));
    this.#transaction = this.#core.layer.request(this.request, address, {
      response: (response, source) => this.#received(response, source),
      timeout: () => this.#make(408, 'Request Timeout', address),
      transportError: () => this.#make(503, 'Service Unavailable', address),
      terminated: () => this.#end(),
    });
    if (this.#cancelled) this.#transaction.cancel(this.#cancelHeaders);
  }

  /** Silence: where the host says that nobody listens there, there is no need to wait for timer B or F. */
  #askHost(address: SocketAddress): void {
    refused(address)
      .then((gone) => {
        if (!gone || this.#heard || this.#answered) return;
        this.#transaction?.drop();
        this.#make(503, 'Service Unavailable', address);
        this.#end();
      })
      .catch((error: unknown) => this.#core.log.error({ err: error }, 'a response could not be taken'));
  }

  #received(response: SipResponse, source: SocketAddress): void {
    const { layer, limits } = this.#core;
    layer.clock.stop(this.#timerC);
    layer.clock.stop(this.#ask);
    this.#heard = true;
    if (this.#abandoned && (response.status < 200 || response.status > 299)) return;
    if (response.status >= 200) this.#answered = true;
    else if (this.request.method === 'INVITE') this.#timerC = layer.clock.after(limits.timerC, () => this.#giveUp());
    this.#events.response(response, source);
  }

  /** Timer C: ringing for too long. */
  #giveUp(): void {
    this.#make(408, 'Request Timeout');
    this.#transaction?.cancel();
    this.#abandoned = true;
  }

  /** Answers in the name of whoever did not. */
  #make(status: number, reason: string, source: SocketAddress = nowhere): void {
    if (this.#answered || this.#abandoned) return;
    this.#answered = true;
    this.stop();
    this.#events.response(SipResponse.to(this.request, status, reason, token()), source);
    if (!this.#transaction) this.#end();
  }

  #end(): void {
    this.stop();
    this.#events.ended?.();
  }
}
