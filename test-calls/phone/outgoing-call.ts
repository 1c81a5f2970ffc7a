import type { ClientTransaction } from '#sip-stack/client-transaction.ts';
import { Dialog } from '#sip-stack/dialog.ts';
import { SipRequest, type HeaderValues, type SipResponse } from '#sip-stack/message.ts';
import { token } from '#sip-stack/token.ts';
import { Call, type Progress } from './call.ts';
import { causeOf, type Ending } from './ending.ts';
import { exchange, type Line } from './line.ts';
import { ALLOWED } from './session.ts';

export interface DialOptions {
  /** Set in the INVITE, instead of what the phone would say. */
  readonly headers?: HeaderValues;
  /** Sent instead of our offer; false sends none, so that the 200 brings the offer (RFC 3261 §13.2.1). */
  readonly sdp?: string | false;
  /** False: the phone has no telephone events (RFC 4733), and does not offer any; its keys are tones. */
  readonly events?: boolean;
}

/**
 * A call this phone places.
 *
 *     starting --INVITE--> ringing --2xx: ACK--> talking --BYE--> ended
 *                             |--300-699--------------------------->|
 *                             |--cancel: CANCEL--> ending --487---->|
 *                                                   |--2xx: ACK, BYE-->|
 */
export class OutgoingCall extends Call {
  readonly callId = token(16);
  /** Every provisional response but 100, in order. */
  readonly progress: Progress[] = [];
  readonly #uri: string;
  readonly #options: DialOptions;
  readonly #tag = token(8);
  #sequence = Math.floor(Math.random() * 10_000);
  #transaction: ClientTransaction | undefined;
  #cancelMs: number | undefined;
  #cancelHeaders: HeaderValues = {};
  #lastAck: SipRequest | undefined;

  constructor(line: Line, uri: string, options: DialOptions) {
    super(line);
    this.#uri = uri;
    this.#options = options;
    if (options.events === false) this.voice.haveNoEvents();
    void this.#place();
  }

  /** Gives up while it rings. Resolves when the other side has confirmed it. @param headers e.g. Reason */
  cancel(headers: HeaderValues = {}): Promise<Ending> {
    if (this.state === 'starting' || this.state === 'ringing') {
      this.enter('ending');
      this.#cancelMs = performance.now();
      this.#cancelHeaders = headers;
      this.#transaction?.cancel(headers);
    }
    return this.ended;
  }

  /** Ends the call, whatever its state. */
  override hangup(headers: HeaderValues = {}): Promise<Ending> {
    return this.state === 'talking' ? super.hangup(headers) : this.cancel(headers);
  }

  override vanish(): void {
    super.vanish();
    this.#transaction?.drop();
  }

  /** Resolves with the first provisional response of one of these statuses (any when none is given), or undefined at the end. */
  async progressed(...statuses: number[]): Promise<Progress | undefined> {
    const wanted = ({ status }: Progress): boolean => statuses.length === 0 || statuses.includes(status);
    const known = this.progress.find(wanted);
    if (known) return known;
    return new Promise((resolve) => {
      const look = (progress: Progress): void => {
        if (!wanted(progress)) return;
        this.off('progress', look);
        resolve(progress);
      };
      this.on('progress', look);
      void this.ended.then(() => resolve(undefined));
    });
  }

  async #place(): Promise<void> {
    await this.voice.opened;
    const body = this.#options.sdp === false ? '' : (this.#options.sdp ?? this.voice.offer());
    if (this.state === 'ending') return this.#cancelled(487, 'never sent');
    this.enter('ringing');
    const make = (headers: HeaderValues): SipRequest => this.#invite(headers, body);
    const { request, response, received } = await exchange(this.line, make, this.line.hop(this.#uri), {
      begun: (transaction) => {
        this.#transaction = transaction;
        if (this.state === 'ending') transaction.cancel(this.#cancelHeaders);
      },
      provisional: (provisional) => this.#progressed(provisional),
      further: (further) => this.#further(further),
    });
    if (this.vanished) return;
    const { status, reason } = response;
    if (status < 300) return this.#answered(request, response);
    if (this.#cancelMs !== undefined) return this.#cancelled(status, reason);
    const how = received ? 'refused' : 'silence';
    this.end({ by: received ? 'them' : 'nobody', how, status, reason, cause: causeOf(response) });
  }

  #invite(headers: HeaderValues, body: string): SipRequest {
    const request = new SipRequest('INVITE', this.#uri);
    request.add('Max-Forwards', '70').add('From', `${this.line.identity};tag=${this.#tag}`).add('To', `<${this.#uri}>`);
    request.add('Call-ID', this.callId).add('CSeq', `${++this.#sequence} INVITE`).add('Contact', this.line.contact);
    request.add('Allow', ALLOWED).add('User-Agent', 'homeline-test-phone');
    if (body !== '') request.add('Content-Type', 'application/sdp');
    request.body = Buffer.from(body);
    return request.setAll(this.#options.headers).setAll(headers);
  }

  #progressed(response: SipResponse): void {
    const { status, reason } = response;
    if (status === 100 || this.vanished) return;
    if (response.to.tag !== undefined && this.#transaction)
      this.line.know(Dialog.caller(this.#transaction.request, response).id, this);
    const media =
      response.body.length > 0 && this.#options.sdp !== false && this.voice.accept(response.body.toString());
    if (media) this.voice.mouth.open();
    const progress = { status, reason, media, atMs: performance.now() };
    this.progress.push(progress);
    this.emit('progress', progress);
  }

  #answered(request: SipRequest, response: SipResponse): void {
    const atMs = performance.now();
    this.dialog = Dialog.caller(request, response);
    this.line.know(this.dialog.id, this);
    const theirs = response.body.toString();
    const late = this.#options.sdp === false;
    const sdp = late ? this.voice.answer(theirs) : undefined;
    this.#acknowledge(response, sdp);
    const agreed = late ? sdp !== undefined : this.voice.accept(theirs) || this.#options.sdp !== undefined;
    if (!agreed) this.line.surprise('answer without a common codec', response);
    this.talk(atMs);
    if (this.#cancelMs !== undefined || !agreed) void super.hangup();
    else this.voice.mouth.open();
  }

  /** A repeated 2xx wants its ACK again; another branch's wants ACK and BYE (RFC 3261 §13.2.2.4), and no server here should fork. */
  #further(response: SipResponse): void {
    if (this.vanished || response.status >= 300) return;
    if (response.to.tag === this.dialog?.remoteTag) return this.#acknowledge(response);
    this.line.surprise('2xx of a second branch', response);
  }

  #acknowledge({ cseq }: SipResponse, sdp?: string): void {
    if (!this.dialog) return;
    const headers: HeaderValues = sdp === undefined ? {} : { 'Content-Type': 'application/sdp' };
    const body = sdp ?? this.#lastAck?.body;
    this.#lastAck = this.dialog.ack(cseq.number, { headers, ...(body === undefined ? {} : { body }) });
    this.line.layer.sendStateless(this.#lastAck, this.line.hop(this.dialog.nextHop));
  }

  #cancelled(status: number, reason: string): void {
    this.end({ by: 'us', how: 'cancel', status, reason, cause: undefined, atMs: this.#cancelMs ?? performance.now() });
  }
}
