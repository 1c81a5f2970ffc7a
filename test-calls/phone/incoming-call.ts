import { Dialog } from '#sip-stack/dialog.ts';
import { SipResponse, type HeaderValues, type SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import { Call } from './call.ts';
import { causeOf, type Ending } from './ending.ts';
import type { Line } from './line.ts';

export interface AnswerOptions {
  /** Wait this long first; a call that ends meanwhile is not answered. */
  readonly delayMs?: number;
  /** `never`: the phone answers and sends no RTP, ever. */
  readonly rtp?: 'at once' | 'never';
  readonly headers?: HeaderValues;
}

/**
 * A call that comes to this phone. Nothing is answered by itself but the 100 the transaction sends.
 *
 *     starting --ring--> ringing --answer: 200--> talking --BYE--> ended
 *        |                  |--their CANCEL: 487------------------->|
 *        |--reject, redirect: 300-699------------------------------>|
 */
export class IncomingCall extends Call {
  readonly callId: string;
  readonly invite: SipRequest;
  readonly #transaction: ServerTransaction;
  #acknowledged: (() => void) | undefined;

  constructor(line: Line, transaction: ServerTransaction) {
    super(line);
    this.#transaction = transaction;
    this.invite = transaction.request;
    this.callId = this.invite.callId;
    transaction.onCancelled = (cancel) =>
      this.end({ by: 'them', how: 'cancel', status: 487, reason: cancel.get('reason'), cause: causeOf(cancel) });
    transaction.onTimeout = () => line.surprise('no ACK', this.invite);
    line.know(`${this.callId} ${transaction.toTag} ${this.invite.from.tag ?? ''}`, this);
  }

  /** The user part of the caller's address: who the phone shows as calling. */
  get from(): string {
    return this.invite.from.sipUri?.user ?? '';
  }

  /** Sends 180. */
  ring(headers: HeaderValues = {}): void {
    if (this.state === 'ringing' || this.state === 'starting') this.#provisional(180, headers);
  }

  /** Sends 183 with an SDP answer and speaks before the call is answered. @returns false when there is no common codec */
  async earlyMedia(status: 180 | 183 = 183): Promise<boolean> {
    await this.voice.opened;
    if (this.state !== 'ringing' && this.state !== 'starting') return false;
    const sdp = this.voice.answer(this.invite.body.toString());
    if (sdp === undefined) return false;
    this.#provisional(status, { 'Content-Type': 'application/sdp' }, sdp);
    this.voice.mouth.open();
    return true;
  }

  /** Sends 200. Resolves true when its ACK has come, false when the call ended before; without a common codec it is 488. */
  async answer({ delayMs = 0, rtp = 'at once', headers = {} }: AnswerOptions = {}): Promise<boolean> {
    if (delayMs > 0) await this.#pause(delayMs);
    await this.voice.opened;
    if (this.state !== 'starting' && this.state !== 'ringing') return false;
    const offer = this.invite.body.toString();
    const sdp = offer === '' ? this.voice.offer() : this.voice.answer(offer);
    if (sdp === undefined) {
      this.reject(488);
      return false;
    }
    const acknowledged = new Promise<boolean>((resolve) => {
      this.#acknowledged = () => resolve(true);
      void this.ended.then(() => resolve(false));
    });
    const response = this.accept(this.#transaction, sdp, headers);
    this.dialog = Dialog.called(this.invite, response);
    if (rtp !== 'never') this.voice.mouth.open();
    this.talk(performance.now());
    return acknowledged;
  }

  /** Sends a final response of 400 to 699. */
  reject(status: number, { reason, headers }: { reason?: string; headers?: HeaderValues } = {}): void {
    const sent = this.#transaction.reply(status, { ...(reason && { reason }), ...(headers && { headers }) });
    const { response } = this.#transaction;
    const cause = causeOf(response);
    if (sent) this.end({ by: 'us', how: 'refused', status, reason: response?.reason, cause });
  }

  /** Sends 302 with a Contact. */
  redirect(status: 300 | 301 | 302 | 305, contact: string): void {
    this.reject(status, { headers: { Contact: `<${contact}>` } });
  }

  /** Ends the call, whatever its state: BYE, or 480 before it is answered. */
  override hangup(headers: HeaderValues = {}): Promise<Ending> {
    if (this.state !== 'talking') this.reject(480, { headers });
    return super.hangup(headers);
  }

  override vanish(): void {
    super.vanish();
    this.#transaction.drop();
  }

  protected override onAcknowledged(): void {
    this.#acknowledged?.();
  }

  #provisional(status: number, headers: HeaderValues, body?: string): void {
    const response = SipResponse.to(this.invite, status, undefined, this.#transaction.toTag);
    response.add('Contact', this.line.contact).setAll(headers);
    if (body !== undefined) response.body = Buffer.from(body);
    this.#transaction.respond(response);
    this.enter('ringing');
  }

  #pause(ms: number): Promise<void> {
    const { clock } = this.line.layer;
    return new Promise((resolve) => {
      const timer = clock.after(ms, resolve);
      void this.ended.then(() => {
        clock.stop(timer);
        resolve();
      });
    });
  }
}
