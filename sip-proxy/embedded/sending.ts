import type { ClientTransaction } from '#sip-stack/client-transaction.ts';
import { SipRequest, SipResponse, type HeaderValues } from '#sip-stack/message.ts';
import { literalAddress, wantedProtocol } from '#sip-stack/next-hop.ts';
import { refused } from '#sip-stack/refused.ts';
import { token } from '#sip-stack/token.ts';
import { hostOf, type Protocol, type SocketAddress } from '#sip-stack/transport.ts';
import { parseUri } from '#sip-stack/uri.ts';
import type { Client } from './client.ts';
import { transportTo, type Core } from './core.ts';
import { marked, markOf } from './proxying/loop-mark.ts';

export interface SendingEvents {
  /** Every response, also one made here: 408 for silence, 503 for what cannot be reached. */
  response(response: SipResponse, source: SocketAddress): void;
  /** No further response can come. */
  ended?(): void;
}

const nowhere: SocketAddress = { address: '0.0.0.0', port: 0 };

/** The address of a hop, where it can be said without asking DNS; else its URI. */
export const addressOf = (core: Core, hop: SocketAddress | string): SocketAddress | string =>
  typeof hop === 'string' ? (core.registered.find(hop) ?? literalAddress(hop) ?? hop) : hop;

/** An address by which the transport can be chosen; for a name that is not looked up yet, what its URI tells. */
export const guess = (hop: SocketAddress | string): SocketAddress => {
  if (typeof hop !== 'string') return hop;
  const uri = parseUri(hop);
  const literal = uri && literalAddress(uri);
  return literal ?? { address: '', port: 0, protocol: uri && (wantedProtocol(uri) as Protocol | undefined) };
};

/**
 * A request on its way: the next hop found, its transactions one after the other, and answers for what nobody answers. A name may stand for several
 * targets; one that cannot be reached, is silent or answers 503 is followed by the next (RFC 3263 §4.3).
 */
export class Sending {
  readonly request: SipRequest;
  /** Whose call it is to be; undefined where the server itself asks. */
  client: Client | undefined;
  readonly #core: Core;
  readonly #events: SendingEvents;
  /** Of a name. */
  readonly #targets: AsyncGenerator<SocketAddress, void> | undefined;
  /** The next target is being looked for. */
  #looking = false;
  #attempts = 0;
  #transaction: ClientTransaction | undefined;
  #cancelled = false;
  #cancelHeaders: HeaderValues | undefined;
  #answered = false;
  #abandoned = false;
  /** The target of now has answered something. */
  #heard = false;
  #over = false;
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
    const address = addressOf(core, hop);
    core.layer.stamp(request, guess(address));
    if (typeof address !== 'string') this.#send(address);
    else {
      this.#targets = core.locator.targets(address);
      this.#next(() => this.#make(503, 'DNS Error'));
    }
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
    return this.#looking || (this.#transaction?.cancel(headers) ?? true);
  }

  /** Ends silently; the transaction is the layer's to close. */
  stop(): void {
    this.#core.layer.clock.stop(this.#timerC);
    this.#core.layer.clock.stop(this.#ask);
  }

  /** @param none what is to be done when there is no further target */
  #next(none: () => void): void {
    this.stop();
    if (!this.#targets) return none();
    this.#looking = true;
    this.#targets
      .next()
      .then(({ value: address }) => {
        this.#looking = false;
        if (this.#cancelled) {
          this.#make(487, 'Request Terminated');
          this.#end();
        } else if (address) this.#send(address);
        else none();
      })
      .catch((error: unknown) => this.#core.log.error({ err: error }, 'a response could not be taken'));
  }

  #send(address: SocketAddress): void {
    const tcp = this.#insteadOf(address);
    if (tcp) this.#attempt(tcp, () => this.#attempt(address));
    else this.#attempt(address);
  }

  /** RFC 3261 §18.1.1: what is too long for UDP goes by TCP; where that is refused, by UDP all the same. */
  #insteadOf(address: SocketAddress): SocketAddress | undefined {
    const { udpMtu, layer } = this.#core;
    if (udpMtu === undefined || (address.protocol ?? 'UDP') !== 'UDP') return undefined;
    if (this.request.toBuffer().length <= udpMtu) return undefined;
    const tcp: SocketAddress = { address: address.address, port: address.port, protocol: 'TCP' };
    return layer.transport.toward(tcp) && tcp;
  }

  /** @param unreachable what is to be done instead of taking the next target */
  #attempt(address: SocketAddress, unreachable?: () => void): void {
    const { layer } = this.#core;
    const { clock, timers } = layer;
    const attempt = ++this.#attempts;
    const current = (): boolean => attempt === this.#attempts;
    this.#heard = false;
    if ((address.protocol ?? 'UDP') === 'UDP') this.#ask = clock.after(timers.T1, () => this.#askHost(address));
    this.#transaction = layer.request(this.#requestFor(address), address, {
      response: (response, source) => {
        if (current()) this.#received(response, source);
      },
      timeout: () => {
        if (current()) this.#failed(408, 'Request Timeout', address);
      },
      transportError: () => {
        if (!current()) return;
        if (unreachable && !this.#heard && !this.#cancelled) unreachable();
        else this.#failed(503, 'Service Unavailable', address);
      },
      terminated: () => {
        if (current() && !this.#looking) this.#end();
      },
    });
    if (this.#cancelled) this.#transaction.cancel(this.#cancelHeaders);
  }

  /** Each target has a transaction, so a Via, of its own (RFC 3263 §4.3); the first one that of the request where it fits. */
  #requestFor(address: SocketAddress): SipRequest {
    const { method, uri, headers, body, via } = this.request;
    const { protocol, local } = transportTo(this.#core, address);
    const fits = via.transport === protocol && via.host === hostOf(local.address) && via.port === local.port;
    if (this.#attempts === 1 && fits) return this.request;
    const again = new SipRequest(method, uri, headers.slice(1), body);
    const mark = markOf(via);
    if (mark === undefined) return again;
    // Of a proxied request, below whose Via are others.
    const others = again.getAll('via');
    again.remove('via');
    this.#core.layer.stamp(again, address);
    return again.set('Via', [marked(again.via, mark).toString(), ...others]);
  }

  /** Silence: where the host says that nobody listens there, there is no need to wait for timer B or F. */
  #askHost(address: SocketAddress): void {
    const attempt = this.#attempts;
    refused(address)
      .then((gone) => {
        if (!gone || this.#heard || this.#answered || attempt !== this.#attempts) return;
        this.#transaction?.drop();
        this.#failed(503, 'Service Unavailable', address);
        if (!this.#looking) this.#end();
      })
      .catch((error: unknown) => this.#core.log.error({ err: error }, 'a response could not be taken'));
  }

  /** This target did not answer: the next one, unless the call is unwanted by now or this one rang already. */
  #failed(status: number, reason: string, address: SocketAddress): void {
    const give = (): void => this.#make(status, reason, address);
    if (this.#cancelled || this.#heard) give();
    else
      this.#next(() => {
        give();
        if (this.#targets) this.#end();
      });
  }

  #received(response: SipResponse, source: SocketAddress): void {
    const { layer, limits } = this.#core;
    this.stop();
    this.#heard = true;
    if (this.#abandoned && (response.status < 200 || response.status > 299)) return;
    // RFC 3263 §4.3: a target that is busy or shut down.
    if (response.status === 503 && this.#targets && !this.#cancelled) {
      return this.#next(() => {
        this.#pass(response, source);
        this.#end();
      });
    }
    if (response.status < 200 && this.request.method === 'INVITE')
      this.#timerC = layer.clock.after(limits.timerC, () => this.#giveUp());
    this.#pass(response, source);
  }

  #pass(response: SipResponse, source: SocketAddress): void {
    if (response.status >= 200) this.#answered = true;
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
    if (this.#over) return;
    this.#over = true;
    this.stop();
    this.#events.ended?.();
  }
}
