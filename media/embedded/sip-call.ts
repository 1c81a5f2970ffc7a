import { Answer } from '#sip-stack/answer.ts';
import { Dialog } from '#sip-stack/dialog.ts';
import { SipResponse, type SipRequest } from '#sip-stack/message.ts';
import { literalAddress, locate } from '#sip-stack/next-hop.ts';
import type { ClientEvents } from '#sip-stack/client-transaction.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { TransactionLayer } from '#sip-stack/transactions.ts';
import { causeNamed, reasonHeader, type CauseName } from './causes.ts';
import type { Channel } from './channel.ts';
import { describeMedia } from './channel-media.ts';
import type { Negotiation } from './negotiation.ts';
import { SdpFault, type MediaLine } from './sdp.ts';

const USER_AGENT = 'FreeSWITCH-mod_sofia/1.11.1-embedded';
const ALLOW = 'INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE';

/** What becomes of a BYE: its transaction stays for a while (timer K) and must not keep the channel. */
const quietly = ({ engine, uuid }: Channel): ClientEvents => ({
  response: () => undefined,
  timeout: () => engine.log('warn', 'BYE not answered', { channel: uuid }),
});

/**
 * The SIP side of a channel: the dialog the INVITE made.
 *
 *     INVITE with offer    -> 200 with answer -> (ACK)          -> up
 *     INVITE without offer -> 200 with offer  -> ACK with answer -> up
 *     up -> re-INVITE, UPDATE, INFO, OPTIONS -> up
 *     up -> BYE of either side -> over
 */
export class SipCall {
  readonly #layer: TransactionLayer;
  readonly #channel: Channel;
  readonly #negotiation: Negotiation;
  readonly #contact: string;
  readonly #onRtcp: (line: MediaLine) => void;
  readonly #onUp: () => void;
  readonly #onOver: () => void;
  #dialog: Dialog | undefined;
  #answer: Answer | undefined;
  #localSdp = '';
  #awaitsAnswer = false;
  #up = false;
  #over = false;

  constructor(options: {
    layer: TransactionLayer;
    channel: Channel;
    negotiation: Negotiation;
    contact: string;
    /** The peer speaks of RTCP. */
    onRtcp: (line: MediaLine) => void;
    onUp: () => void;
    onOver: () => void;
  }) {
    this.#layer = options.layer;
    this.#channel = options.channel;
    this.#negotiation = options.negotiation;
    this.#contact = options.contact;
    this.#onRtcp = options.onRtcp;
    this.#onUp = options.onUp;
    this.#onOver = options.onOver;
    this.#channel.signalling = { hangup: (cause) => this.#hangup(cause) };
  }

  get dialogId(): string | undefined {
    return this.#dialog?.id;
  }

  /** Answers the INVITE. False: refused, there will be no call. */
  invited(transaction: ServerTransaction): boolean {
    const described = this.#describe(transaction.request);
    if (typeof described === 'number') {
      this.#refuse(transaction, described);
      return false;
    }
    const ok = SipResponse.to(transaction.request, 200, 'OK', transaction.toTag);
    this.#fill(ok, described);
    this.#dialog = Dialog.called(transaction.request, ok);
    this.#channel.variables.set('sip_to_tag', transaction.toTag);
    this.#channel.times.answered = Date.now();
    this.#sendAnswer(transaction, ok);
    if (!this.#awaitsAnswer) this.#goUp();
    return true;
  }

  /** A request inside the dialog. */
  request(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (!this.#dialog!.receive(request)) return void transaction.reply(500);
    switch (request.method) {
      case 'BYE':
        transaction.reply(200);
        return this.#bye(request);
      case 'INVITE':
      case 'UPDATE':
        return this.#modify(transaction);
      case 'INFO':
        return this.#info(transaction);
      case 'OPTIONS':
        return void transaction.reply(200, { headers: { Allow: ALLOW, Accept: 'application/sdp' } });
      default:
        return void transaction.reply(501);
    }
  }

  acknowledged(ack: SipRequest): void {
    this.#answer?.stop();
    if (!this.#awaitsAnswer || this.#over) return;
    this.#awaitsAnswer = false;
    const agreed = this.#try(() => this.#negotiation.accept(ack.body.toString()));
    if (agreed === 'none') return this.#channel.hangup('INCOMPATIBLE_DESTINATION');
    describeMedia(this.#channel, { agreed, localSdp: this.#localSdp, remoteSdp: ack.body.toString() });
    this.#control(agreed.line);
    this.#goUp();
  }

  #control(line: MediaLine): void {
    if (line.rtcp || line.rtcpMux) this.#onRtcp(line);
  }

  /** Our SDP for a request that may carry an offer; a status where there is no common ground. */
  #describe(request: SipRequest): string | number {
    // RFC 3261 §8.2.2.3: none of the extensions a peer may require is known here
    if (request.has('require')) return 420;
    const offer = request.body.toString();
    if (offer.trim() === '') {
      this.#awaitsAnswer = true;
      this.#localSdp = this.#negotiation.offer();
      this.#channel.variables.set('rtp_local_sdp_str', this.#localSdp);
      return this.#localSdp;
    }
    if (!/^application\/sdp\b/i.test(request.get('content-type') ?? '')) return 415;
    const answered = this.#try(() => this.#negotiation.answer(offer));
    if (answered === 'none') return 488;
    this.#localSdp = answered.sdp;
    describeMedia(this.#channel, { agreed: answered, localSdp: answered.sdp, remoteSdp: offer });
    this.#control(answered.line);
    return answered.sdp;
  }

  #refuse(transaction: ServerTransaction, status: number): void {
    const unsupported = transaction.request.get('require');
    transaction.reply(status, status === 420 && unsupported ? { headers: { Unsupported: unsupported } } : {});
  }

  #try<T>(negotiate: () => T | 'none'): T | 'none' {
    try {
      return negotiate();
    } catch (error) {
      if (!(error instanceof SdpFault)) throw error;
      this.#channel.log('warn', 'bad session description', { reason: error.message });
      return 'none';
    }
  }

  #fill(response: SipResponse, sdp: string): void {
    response.set('Contact', this.#contact).set('User-Agent', USER_AGENT).set('Allow', ALLOW);
    response.set('Supported', 'path, replaces').set('Content-Type', 'application/sdp');
    response.body = Buffer.from(sdp);
  }

  #sendAnswer(transaction: ServerTransaction, ok: SipResponse): void {
    this.#answer?.stop();
    this.#answer = new Answer(transaction, ok, this.#layer, () => this.#channel.hangup('RECOVERY_ON_TIMER_EXPIRE'));
  }

  #goUp(): void {
    if (this.#up) return;
    this.#up = true;
    this.#onUp();
  }

  #modify(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (request.method === 'INVITE' && this.#answer?.waiting && this.#awaitsAnswer) return void transaction.reply(491);
    if (request.method === 'UPDATE' && request.body.length === 0) {
      return void transaction.reply(200, { headers: { Contact: this.#contact } });
    }
    const described = this.#describe(request);
    if (typeof described === 'number') return this.#refuse(transaction, described);
    const ok = SipResponse.to(request, 200, 'OK', transaction.toTag);
    this.#fill(ok, described);
    if (request.method === 'INVITE') this.#sendAnswer(transaction, ok);
    else transaction.respond(ok);
  }

  /** Keys as `application/dtmf-relay` (Signal=5, Duration=160 ms) or `application/dtmf` (the key alone). */
  #info(transaction: ServerTransaction): void {
    const type = (transaction.request.get('content-type') ?? '').toLowerCase();
    const body = transaction.request.body.toString();
    const relay = type.startsWith('application/dtmf-relay');
    if (!relay && !type.startsWith('application/dtmf')) return void transaction.reply(type === '' ? 200 : 415);
    const digit = (relay ? /^\s*Signal\s*=\s*([0-9*#A-D])\s*$/im.exec(body) : /^\s*([0-9*#A-D])\s*$/i.exec(body))?.[1];
    if (!digit) return void transaction.reply(400);
    const ms = Number(/^\s*Duration\s*=\s*(\d{1,5})\s*$/im.exec(body)?.[1] ?? 250);
    transaction.reply(200);
    this.#channel.keys.pressed({ digit: digit.toUpperCase(), duration: ms * 8, source: 'ENDPOINT' });
  }

  #bye(request: SipRequest): void {
    this.#finish();
    const reason = request.get('reason') ?? '';
    this.#channel.variables.set('sip_reason', reason);
    this.#channel.variables.set('sip_hangup_disposition', 'recv_bye');
    // the party may say why it goes (RFC 3326)
    const code = /^q\.850\s*;\s*cause\s*=\s*(\d{1,3})\b/i.exec(reason)?.[1];
    this.#channel.hangup(causeNamed(code));
  }

  #hangup(cause: CauseName): void {
    const dialog = this.#dialog;
    if (this.#over || !dialog) return;
    this.#finish();
    this.#channel.variables.set('sip_hangup_disposition', 'send_bye');
    const bye = dialog.request('BYE', { headers: { 'User-Agent': USER_AGENT, Reason: reasonHeader(cause) } });
    const quiet = quietly(this.#channel);
    const address = literalAddress(dialog.nextHop);
    if (address) return void this.#layer.request(bye, address, quiet);
    locate(dialog.nextHop)
      .then((found) => found && this.#layer.request(bye, found, quiet))
      .catch((error: unknown) => this.#channel.log('warn', 'BYE cannot be sent', { error: String(error) }));
  }

  #finish(): void {
    this.#over = true;
    this.#answer?.stop();
    this.#onOver();
  }
}
