import { Answer } from '#sip-stack/answer.ts';
import type { Dialog } from '#sip-stack/dialog.ts';
import { SipResponse, type HeaderValues, type SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import { exchange, type Line } from './line.ts';
import type { Direction } from './session-description.ts';
import { SessionTimer } from './session-timer.ts';
import type { Voice } from './voice.ts';

/** What a phone allows in Allow. */
export const ALLOWED = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE';

/** What a session tells its call. */
export interface SessionEvents {
  /** No ACK came for this INVITE's 2xx. */
  unacknowledged(invite: SipRequest): void;
  /** It is our turn to refresh it (RFC 4028 §7.1). */
  refresh(): void;
  /** Nobody refreshed it in time (§10). */
  expired(): void;
}

/**
 * The offers and answers of one call (RFC 3264, RFC 3261 §13.2.1 and §14), and the timer that keeps it alive:
 *
 *     offer in INVITE  -> answer in 2xx          offer in re-INVITE or UPDATE -> answer in its 2xx
 *     no offer         -> offer in 2xx -> answer in ACK
 */
export class Session {
  readonly #line: Line;
  readonly #voice: Voice;
  readonly #tell: SessionEvents;
  readonly #timer: SessionTimer;
  #answer: Answer | undefined;
  #awaitsAnswer = false;
  #offering = false;

  constructor(line: Line, voice: Voice, tell: SessionEvents) {
    this.#line = line;
    this.#voice = voice;
    this.#tell = tell;
    this.#timer = new SessionTimer(line.layer.clock, {
      refresh: () => tell.refresh(),
      expired: () => tell.expired(),
    });
  }

  stop(): void {
    this.#answer?.stop();
    this.#timer.stop();
  }

  /** Gives a 2xx to an INVITE, until its ACK. The body is an answer to its offer, or an offer when it had none. */
  accept(transaction: ServerTransaction, sdp: string, headers: HeaderValues = {}): SipResponse {
    const { request } = transaction;
    const response = SipResponse.to(request, 200, undefined, transaction.toTag);
    response.add('Contact', this.#line.contact).add('Allow', ALLOWED).add('Content-Type', 'application/sdp');
    if (this.#line.sessionTimer) response.setAll(this.#timer.agree(request));
    response.setAll(headers);
    response.body = Buffer.from(sdp);
    this.#awaitsAnswer = request.body.length === 0;
    this.#answer?.stop();
    this.#answer = new Answer(transaction, response, this.#line.layer, () => this.#tell.unacknowledged(request));
    return response;
  }

  /** The ACK of a 2xx of ours. */
  acknowledge(ack: SipRequest): void {
    if (this.#awaitsAnswer && !this.#voice.accept(ack.body.toString()))
      this.#line.surprise('ACK without an answer', ack);
    this.#awaitsAnswer = false;
    this.#answer?.stop();
  }

  /** A re-INVITE or UPDATE of theirs: RFC 3261 §14.2, RFC 3311 §5.2. */
  offered(transaction: ServerTransaction, request: SipRequest): void {
    if (this.#offering) return void transaction.reply(491);
    const offer = request.body.toString();
    const isInvite = request.method === 'INVITE';
    const body = offer !== '' ? this.#voice.answer(offer) : isInvite ? this.#voice.offer(this.#voice.direction) : '';
    if (body === undefined) return void transaction.reply(488);
    if (isInvite) return void this.accept(transaction, body);
    const type: HeaderValues = body === '' ? {} : { 'Content-Type': 'application/sdp' };
    const timer = this.#line.sessionTimer ? this.#timer.agree(request) : {};
    transaction.reply(200, { headers: { Contact: this.#line.contact, ...timer, ...type }, body });
  }

  /** A re-INVITE of ours. Resolves true when it was taken; when not, everything stays as it was (§14.1). */
  async invite(dialog: Dialog, direction: Direction): Promise<boolean> {
    if (this.#offering) return false;
    this.#offering = true;
    const body = this.#voice.offer(direction);
    const headers = { 'Content-Type': 'application/sdp', ...this.#timer.headers };
    const acknowledge = ({ cseq }: SipResponse): void =>
      void this.#line.layer.sendStateless(dialog.ack(cseq.number), this.#line.hop(dialog.nextHop));
    const make = (more: HeaderValues): SipRequest =>
      dialog.request('INVITE', { headers: { ...headers, ...more }, body });
    const { response } = await exchange(this.#line, make, this.#line.hop(dialog.nextHop), { further: acknowledge });
    this.#offering = false;
    if (response.status >= 300) return false;
    dialog.refresh(response);
    acknowledge(response);
    this.#timer.refreshed();
    return this.#voice.accept(response.body.toString());
  }
}
