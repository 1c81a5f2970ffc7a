import { createSocket, type Socket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { SipRequest, SipResponse, type HeaderValues, type SipMessage } from '#sip-stack/message.ts';
import { readMessage } from '#sip-stack/parse.ts';
import { Inbox } from './inbox.ts';
import { kindOf, sipFields } from './sip-fields.ts';
import type { RawEntry } from './trace.ts';

/** A SIP phone that does nothing by itself: it sends what a case says, byte by byte, and keeps what comes. */
export class WirePhone {
  readonly name: string;
  /** What came, repetitions left out. */
  readonly track: RawEntry[] = [];
  /** Requests that it answers by itself with 200, by method. */
  readonly answers = new Set<string>();
  readonly #socket: Socket;
  readonly #inbox: Inbox<SipMessage>;
  readonly #seen = new Set<string>();
  #fences = 0;

  private constructor(name: string, socket: Socket) {
    this.name = name;
    this.#socket = socket;
    this.#inbox = new Inbox(name, kindOf);
    socket.on('message', (bytes, from) => this.#receive(bytes, from.port));
  }

  static async open(name: string): Promise<WirePhone> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, '127.0.0.1', resolve);
    });
    return new WirePhone(name, socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get uri(): string {
    return `sip:${this.name}@127.0.0.1:${this.port}`;
  }

  send(message: SipMessage | string, port: number): void {
    this.#socket.send(typeof message === 'string' ? message : message.toBuffer(), port, '127.0.0.1');
  }

  /** The next message of that kind (`INVITE`, `200 INVITE`). Rejects with DidNotCome. */
  next(kind: string): Promise<SipMessage> {
    return this.#inbox.next(kind);
  }

  async request(method: string): Promise<SipRequest> {
    return (await this.next(method)) as SipRequest;
  }

  async response(kind: string): Promise<SipResponse> {
    return (await this.next(kind)) as SipResponse;
  }

  /** The final response to a request, whatever it is. */
  async final(method: string): Promise<SipResponse> {
    const isFinal = (message: SipMessage): boolean =>
      message instanceof SipResponse && message.status >= 200 && message.cseq.method === method;
    return (await this.#inbox.next(isFinal)) as SipResponse;
  }

  /** A request with everything RFC 3261 §8.1.1 asks for, and no more. */
  make(method: string, uri: string, call: WireCall, options: RequestOptions = {}): SipRequest {
    const { headers = {}, body, cseq = call.sequence, branch = `z9hG4bK${id()}` } = options;
    const request = new SipRequest(method, uri);
    request.add('Via', `SIP/2.0/UDP 127.0.0.1:${this.port};branch=${branch};rport`).add('Max-Forwards', '70');
    request.add('From', `<${call.local}>;tag=${call.localTag}`);
    request.add('To', `<${call.remote}>${call.remoteTag === undefined ? '' : `;tag=${call.remoteTag}`}`);
    request.add('Call-ID', call.id).add('CSeq', `${cseq} ${method}`);
    for (const [name, value] of Object.entries(headers))
      for (const one of typeof value === 'string' ? [value] : value) request.add(name, one);
    if (body !== undefined) {
      if (!request.has('content-type')) request.add('Content-Type', 'application/sdp');
      request.body = Buffer.from(body);
    }
    return request;
  }

  /** Answers a request where it came from. */
  reply(
    request: SipRequest,
    status: number,
    { tag = 'phone-tag', headers = {}, body }: { tag?: string; headers?: HeaderValues; body?: string } = {},
  ): SipResponse {
    const response = SipResponse.to(request, status, undefined, status === 100 ? undefined : tag);
    for (const [name, value] of Object.entries(headers))
      for (const one of typeof value === 'string' ? [value] : value) response.add(name, one);
    if (body !== undefined) {
      response.add('Content-Type', 'application/sdp');
      response.body = Buffer.from(body);
    }
    this.send(response, Number(/:(\d+)/.exec(request.via.sentBy)?.[1] ?? 5060));
    return response;
  }

  /** What comes again from now on counts as new. */
  forget(): void {
    this.#seen.clear();
  }

  /** Resolves when everything that the server had sent before is here: a BYE that belongs to no call is answered after it. */
  async fence(port: number): Promise<void> {
    const call = newCall(this, 'sip:fence@127.0.0.1');
    call.id = `fence-${++this.#fences}-${id()}`;
    call.remoteTag = 'nobody';
    const bye = this.make('BYE', `sip:fence@127.0.0.1:${port}`, call);
    this.send(bye, port);
    await this.#inbox.next((message) => message.callId === call.id);
  }

  /** Resolves when the server has read everything that was sent before: OPTIONS are answered after it. */
  async settled(port: number): Promise<void> {
    const call = newCall(this, 'sip:fence@127.0.0.1');
    call.id = `fence-${++this.#fences}-${id()}`;
    this.send(this.make('OPTIONS', `sip:fence@127.0.0.1:${port}`, call), port);
    await this.#inbox.next((message) => message.callId === call.id);
  }

  /** Hears nothing any more. Its port stays taken: what a server still repeats to it must not reach the phone of another case. */
  close(): void {
    this.#socket.removeAllListeners('message').unref();
  }

  #receive(bytes: Buffer, port: number): void {
    const text = bytes.toString('latin1');
    // a keep-alive, RFC 5626 §3.5.1
    if (text.trim() === '') return;
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    const message = readMessage(bytes, 'by Content-Length');
    if (!message.callId.startsWith('fence-')) this.track.push({ what: kindOf(message), fields: sipFields(message) });
    if (message instanceof SipRequest && this.answers.has(message.method))
      this.send(SipResponse.to(message, 200, undefined, 'phone-tag'), port);
    this.#inbox.put(message);
  }
}

export interface RequestOptions {
  readonly headers?: HeaderValues;
  readonly body?: string;
  /** Default: the number of the call. */
  readonly cseq?: number;
  readonly branch?: string;
}

/** What the requests of one dialog share, RFC 3261 §12. */
export interface WireCall {
  id: string;
  readonly local: string;
  readonly remote: string;
  readonly localTag: string;
  remoteTag: string | undefined;
  /** Where requests inside of the dialog go. */
  target: string;
  sequence: number;
}

export const newCall = (phone: WirePhone, remote: string, target = remote): WireCall => ({
  id: `call-${id()}`,
  local: phone.uri,
  remote,
  localTag: `tag-${id()}`,
  remoteTag: undefined,
  target,
  sequence: 1,
});

export const id = (): string => randomBytes(6).toString('hex');

/** SDP of a phone that can do G.711 and telephone events. */
export const phoneSdp = (
  port: number,
  options: { direction?: string; formats?: string; version?: number } = {},
): string => {
  const { direction = 'sendrecv', formats = '0 8 101', version = 1 } = options;
  const maps: Readonly<Record<string, string>> = {
    '0': 'a=rtpmap:0 PCMU/8000',
    '8': 'a=rtpmap:8 PCMA/8000',
    '101': 'a=rtpmap:101 telephone-event/8000',
  };
  return [
    'v=0',
    `o=phone 1 ${version} IN IP4 127.0.0.1`,
    's=call',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP ${formats}`,
    ...formats.split(' ').flatMap((format) => maps[format] ?? []),
    `a=${direction}`,
    '',
  ].join('\r\n');
};
