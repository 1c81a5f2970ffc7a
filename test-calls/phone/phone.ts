import type { Law } from '#media/audio/g711.ts';
import { dialogKey } from '#sip-stack/dialog.ts';
import { SipRequest, type HeaderValues, type SipMessage } from '#sip-stack/message.ts';
import { literalAddress } from '#sip-stack/next-hop.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import { token } from '#sip-stack/token.ts';
import { TransactionLayer, type TransactionOptions } from '#sip-stack/transactions.ts';
import type { SocketAddress, Transport } from '#sip-stack/transport.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import type { Credentials } from './authorization.ts';
import type { Call } from './call.ts';
import { IncomingCall } from './incoming-call.ts';
import { exchange, type Line } from './line.ts';
import { drained } from './rtp-port.ts';
import { ALLOWED } from './session.ts';
import { LossyTransport, type Loss } from './lossy-transport.ts';
import { OutgoingCall, type DialOptions } from './outgoing-call.ts';

export interface PhoneOptions extends TransactionOptions {
  /** User part of its address. */
  readonly name: string;
  /** IPv4 literal to bind to; default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: the system chooses. */
  readonly port?: number;
  /** Domain of its address when it is not the host itself. */
  readonly domain?: string;
  /** The one codec it knows; default PCMU. */
  readonly codec?: Law;
  /** Every request outside a dialog goes there. */
  readonly proxy?: SocketAddress;
  /** Answers to Digest challenges. */
  readonly digest?: Credentials;
  /** Agrees to a session timer (RFC 4028) when asked for one; default false. */
  readonly sessionTimer?: boolean;
  /** Messages the network loses on their way to or from this phone. */
  readonly loses?: Loss;
  /** What lies between this phone and the network, e.g. a bad one. */
  readonly through?: (transport: Transport) => Transport;
}

/** Something that should not have happened to a phone in a well-behaved network. */
export interface Surprise {
  readonly what: string;
  /** Start line of the message, or the Call-ID of the call. */
  readonly message: string | undefined;
  readonly atMs: number;
}

/** How long the RTP port of a call that is over is listened to. */
const LINGER_MS = 1000;

export type Registration = { readonly status: number; readonly expires: number | undefined };

/** A SIP phone on a UDP socket of its own (RFC 3261), with ears and a mouth (RTP, G.711, RFC 4733). */
export class Phone {
  /** What it did not expect: strict tests want this empty at the end. */
  readonly surprises: Surprise[] = [];
  /** Requests that came again: the other side did not get our answer in time. */
  repeats = 0;
  readonly #layer: TransactionLayer;
  readonly #options: PhoneOptions;
  readonly #line: Line;
  /** By dialog; `over` when the call has ended, so that what comes late is told from what is wrong. */
  readonly #calls = new Map<string, Call | 'over'>();
  readonly #live = new Set<Call>();
  readonly #seen = new Set<string>();
  /** Calls that are over, and the timers that close their voices. */
  readonly #lingering = new Map<Call, unknown>();
  readonly #registration = { callId: token(16), tag: token(8), sequence: 0 };
  #onCall: (call: IncomingCall) => void = (call) => {
    this.#surprise('call nobody waits for', call.invite);
    call.reject(480);
  };

  private constructor(layer: TransactionLayer, options: PhoneOptions) {
    this.#layer = layer;
    this.#options = options;
    const { name, digest, domain, codec = 'PCMU', sessionTimer = false } = options;
    const { address, port } = this.address;
    this.#line = {
      layer,
      host: address,
      identity: `<sip:${name}@${domain ?? `${address}:${port}`}>`,
      contact: `<sip:${name}@${address}:${port}>`,
      law: codec,
      credentials: digest,
      sessionTimer,
      hop: (uri) => literal(uri),
      surprise: (what, message) => this.#surprise(what, message),
      know: (dialogId, call) => void this.#calls.set(dialogId, call),
      forget: (call) => this.#forget(call),
      linger: (call) => this.#linger(call),
    };
    layer.onRequest = (transaction, request) => this.#request(transaction, request);
    layer.onAck = (ack) => this.#ack(ack);
    layer.onStrayResponse = (response) => this.#surprise('response of no transaction', response);
    layer.onRejected = (error) => this.#surprise(`no SIP: ${error.message}`);
    layer.onReceived = (message) => this.#count(message);
  }

  /** Rejects with the system's error when the port cannot be bound. */
  static async start(options: PhoneOptions): Promise<Phone> {
    const bound = await UdpTransport.bind(options.host ?? '127.0.0.1', options.port ?? 0);
    const lossy = options.loses ? new LossyTransport(bound, options.loses) : bound;
    const transport = options.through?.(lossy) ?? lossy;
    return new Phone(new TransactionLayer(transport, options), options);
  }

  get address(): SocketAddress {
    return this.#layer.transport.local;
  }

  /** Its address as others may dial it. */
  get uri(): string {
    return `sip:${this.#options.name}@${this.address.address}:${this.address.port}`;
  }

  /** Calls that have not ended. */
  get calls(): readonly Call[] {
    return [...this.#live];
  }

  /**
   * Registers with `registrar` (`sip:host:port`); `expires` 0 unregisters. Answers one Digest challenge.
   * @param expires seconds
   * @param after the CSeq to count on from; the one of its last REGISTER otherwise
   */
  async register(
    registrar: string,
    { expires = 3600, after }: { expires?: number; after?: number } = {},
  ): Promise<Registration> {
    const { callId, tag } = this.#registration;
    if (after !== undefined) this.#registration.sequence = after;
    const make = (headers: HeaderValues): SipRequest => {
      const request = new SipRequest('REGISTER', registrar).add('Max-Forwards', '70');
      request.add('From', `${this.#line.identity};tag=${tag}`).add('To', this.#line.identity).add('Call-ID', callId);
      request.add('CSeq', `${++this.#registration.sequence} REGISTER`).add('Contact', this.#line.contact);
      return request.add('Expires', String(expires)).setAll(headers);
    };
    const { response } = await exchange(this.#line, make, this.#options.proxy ?? literal(registrar));
    const ours = response.getAll('contact').find((contact) => contact.includes(this.#line.contact));
    const given = /;\s*expires\s*=\s*(\d+)/i.exec(ours ?? '')?.[1] ?? response.get('expires');
    return { status: response.status, expires: given === undefined ? undefined : Number(given) };
  }

  /** Calls a URI; the call is there at once, its `answered` and `ended` tell the rest. @throws Error for a host name */
  dial(uri: string, options: DialOptions = {}): OutgoingCall {
    const { proxy } = this.#options;
    const line = proxy ? { ...this.#line, hop: (to: string) => (to === uri ? proxy : literal(to)) } : this.#line;
    line.hop(uri);
    const call = new OutgoingCall(line, uri, options);
    this.#live.add(call);
    return call;
  }

  /** What to do with calls that come in; without it they are rejected with 480. */
  onCall(take: (call: IncomingCall) => void): void {
    this.#onCall = take;
  }

  /** Asks another element whether it is there. @returns the status, 408 for silence */
  async ping(uri: string): Promise<number> {
    const request = (headers: HeaderValues): SipRequest => {
      const options = new SipRequest('OPTIONS', uri).add('Max-Forwards', '70');
      options
        .add('From', `${this.#line.identity};tag=${token(8)}`)
        .add('To', `<${uri}>`)
        .add('Call-ID', token(16));
      return options.add('CSeq', '1 OPTIONS').add('Contact', this.#line.contact).setAll(headers);
    };
    const { response } = await exchange(this.#line, request, this.#options.proxy ?? literal(uri));
    return response.status;
  }

  /** Hangs up what is left and closes the port, `graceMs` later at most. */
  async stop({ graceMs = 1000 }: { graceMs?: number } = {}): Promise<void> {
    const { clock } = this.#layer;
    let timer: unknown;
    const grace = new Promise<void>((resolve) => (timer = clock.after(graceMs, resolve)));
    await Promise.race([Promise.all(this.calls.map((call) => call.hangup())), grace]);
    clock.stop(timer);
    for (const call of this.calls) {
      call.vanish();
      call.voice.close();
    }
    await drained(() => [...this.#lingering.keys()].reduce((sum, { voice }) => sum + voice.packets, 0));
    for (const call of [...this.#lingering.keys()]) this.#closed(call);
    this.#layer.close();
    await this.#layer.transport.close();
  }

  #request(transaction: ServerTransaction, request: SipRequest): void {
    const id = dialogKey(request);
    const call = id === undefined ? undefined : this.#calls.get(id);
    if (call && call !== 'over') return call.receive(transaction, request);
    if (id !== undefined) {
      transaction.reply(481);
      return this.#surprise(call ? 'request after the end' : 'request of no dialog', request);
    }
    if (request.method === 'OPTIONS') return void transaction.reply(200, { headers: { Accept: 'application/sdp' } });
    if (request.method === 'INVITE') return this.#invited(transaction);
    transaction.reply(405, { headers: { Allow: ALLOWED } });
    this.#surprise('request', request);
  }

  #invited(transaction: ServerTransaction): void {
    const call = new IncomingCall(this.#line, transaction);
    this.#live.add(call);
    this.#onCall(call);
  }

  #ack(ack: SipRequest): void {
    const call = this.#calls.get(dialogKey(ack) ?? '');
    if (call && call !== 'over') call.acknowledge(ack);
    else if (!call) this.#surprise('ACK of no dialog', ack);
  }

  #forget(call: Call): void {
    this.#live.delete(call);
    for (const [id, one] of this.#calls) if (one === call) this.#calls.set(id, 'over');
  }

  /** The RTP port of a call that is over stays open a little longer, to hear who does not stop sending. */
  #linger(call: Call): void {
    call.voice.hush();
    const timer = this.#layer.clock.after(LINGER_MS, () => this.#closed(call));
    this.#lingering.set(call, timer);
  }

  #closed(call: Call): void {
    const { voice, ending, callId } = call;
    this.#layer.clock.stop(this.#lingering.get(call));
    this.#lingering.delete(call);
    voice.close();
    const how = ending ? `by ${ending.by}, ${ending.how}` : 'unknown';
    if (voice.late > 0) this.#surprise(`${voice.late} RTP packets after the end of the call (${how})`, callId);
  }

  #count(message: SipMessage): void {
    if (!(message instanceof SipRequest)) return;
    const id = `${message.via.branch ?? ''} ${message.method} ${message.callId}`;
    if (this.#seen.has(id)) this.repeats++;
    else this.#seen.add(id);
  }

  #surprise(what: string, message?: SipMessage | string): void {
    const line = typeof message === 'string' ? message : message?.startLine;
    this.surprises.push({ what, message: line, atMs: performance.now() });
  }
}

function literal(uri: string): SocketAddress {
  const address = literalAddress(uri);
  if (!address) throw new Error(`not an address literal: ${uri}`);
  return address;
}
