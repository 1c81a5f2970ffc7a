import { EventEmitter } from 'node:events';
import type { Dialog } from '#sip-stack/dialog.ts';
import type { HeaderValues, SipRequest, SipResponse } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import { causeOf, type Ending } from './ending.ts';
import { exchange, type Line } from './line.ts';
import type { Ear } from './ear.ts';
import type { Pressed, Spoken } from './mouth.ts';
import type { Audio } from './reference.ts';
import { drained } from './rtp-port.ts';
import { ALLOWED, Session } from './session.ts';
import type { Direction } from './session-description.ts';
import { Voice } from './voice.ts';

/** A provisional response of an outgoing call. */
export interface Progress {
  readonly status: number;
  readonly reason: string;
  /** It carried an SDP answer: early media. */
  readonly media: boolean;
  readonly atMs: number;
}

export interface CallEvents {
  progress: [Progress];
  /** A key of the other side began (RFC 4733). */
  key: [key: string, atMs: number];
  /** An in-dialog request other than ACK, BYE and CANCEL; it has been answered. */
  request: [SipRequest];
}

/** `starting`: no message yet. `ending`: our BYE or CANCEL is on its way. */
export type CallState = 'starting' | 'ringing' | 'talking' | 'ending' | 'ended';

export type PressBy = 'rfc4733' | 'info' | 'inband';

/** What outgoing and incoming calls share: the talk, and everything inside the dialog. */
export abstract class Call extends EventEmitter<CallEvents> {
  /** Resolves true when the call is answered, false when it ends without. */
  readonly answered: Promise<boolean>;
  /** Resolves when the call is over. */
  readonly ended: Promise<Ending>;
  /** When the 200 was received or sent, ms on the `performance.now()` clock. */
  answeredMs: number | undefined;
  readonly voice: Voice;
  protected readonly line: Line;
  protected dialog: Dialog | undefined;
  #state: CallState = 'starting';
  #ending: Ending | undefined;
  #vanished = false;
  readonly #session: Session;
  #tellAnswered: (answered: boolean) => void = () => undefined;
  #tellEnded: (ending: Ending) => void = () => undefined;

  constructor(line: Line) {
    super();
    this.line = line;
    this.voice = new Voice(line.host, line.law, (key, atMs) => this.emit('key', key, atMs));
    this.answered = new Promise((resolve) => (this.#tellAnswered = resolve));
    this.ended = new Promise((resolve) => (this.#tellEnded = resolve));
    this.#session = new Session(line, this.voice, {
      unacknowledged: (invite) => this.#unacknowledged(invite),
      refresh: () => void this.#invite(this.voice.direction),
      expired: () => void this.hangup(),
    });
  }

  abstract readonly callId: string;

  get state(): CallState {
    return this.#state;
  }

  /** Everything heard. */
  get ear(): Ear {
    return this.voice.ear;
  }

  /** How it ended, once it has. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** See `Mouth.speak`. */
  speak(audio: Audio): Promise<Spoken> {
    return this.voice.mouth.speak(audio);
  }

  /** Stops sending RTP until `unmute`. */
  mute(): void {
    this.voice.mouth.mute();
  }

  unmute(): void {
    this.voice.mouth.unmute();
  }

  /**
   * Presses keys one after the other, each for `ms`. Resolves when the last has been sent, with the times of the first packet of
   * the first key and the end packet of the last (for `info`: when it was sent and answered).
   * @throws RangeError for a key that is none
   */
  async press(keys: string, { ms = 80, by = 'rfc4733' }: { ms?: number; by?: PressBy } = {}): Promise<Pressed> {
    let [firstMs, endMs] = [NaN, NaN];
    for (const key of keys) {
      const pressed = by === 'info' ? await this.#inform(key, ms) : await this.voice.mouth.press(key, ms, by);
      if (Number.isNaN(firstMs)) firstMs = pressed.firstMs;
      endMs = pressed.endMs;
    }
    return { firstMs, endMs };
  }

  /** Re-INVITE `sendonly`. Resolves true when the other side took it. */
  hold(): Promise<boolean> {
    return this.#invite('sendonly');
  }

  /** Re-INVITE `sendrecv`. */
  resume(): Promise<boolean> {
    return this.#invite('sendrecv');
  }

  /** Sends a request inside the dialog. @returns the status of the final response, 408 for none. @throws without a dialog */
  async request(method: string, headers: HeaderValues = {}, body?: string): Promise<number> {
    const { response } = await this.#exchange(method, headers, body);
    return response.status;
  }

  /** Ends the call: BYE when it was answered. @param headers e.g. Reason */
  async hangup(headers: HeaderValues = {}): Promise<Ending> {
    if (this.#state !== 'talking' || this.#vanished) return this.ended;
    this.enter('ending');
    this.voice.mouth.close();
    const atMs = performance.now();
    const { response, received } = await this.#exchange('BYE', headers);
    const { status, reason } = response;
    this.end({ by: 'us', how: received ? 'bye' : 'silence', status, reason, cause: undefined, atMs });
    return this.ended;
  }

  /** As when the battery falls out: no message is answered and none sent from now on, no RTP sent. The ear goes on hearing. */
  vanish(): void {
    this.#vanished = true;
    this.voice.mouth.close();
    this.#session.stop();
    this.#settle({ by: 'us', how: 'vanished', status: undefined, reason: undefined, cause: undefined });
  }

  /** For the phone: a request inside the dialog. */
  receive(transaction: ServerTransaction, request: SipRequest): void {
    if (this.#vanished) return transaction.drop();
    if (this.dialog?.receive(request) === false) {
      transaction.reply(500);
      return this.line.surprise('CSeq out of order', request);
    }
    const { method } = request;
    if (method === 'BYE') return this.#bye(transaction, request);
    if (method === 'INVITE' || method === 'UPDATE') this.#session.offered(transaction, request);
    else if (method === 'INFO' || method === 'OPTIONS') transaction.reply(200, { headers: { Allow: ALLOWED } });
    else {
      transaction.reply(501);
      this.line.surprise('in-dialog request', request);
    }
    this.emit('request', request);
  }

  /** For the phone: the ACK of a 2xx. */
  acknowledge(ack: SipRequest): void {
    if (this.#vanished) return;
    this.#session.acknowledge(ack);
    this.onAcknowledged();
  }

  /** The ACK of our 200 has come. */
  protected onAcknowledged(): void {
    /* incoming calls tell those who wait for it */
  }

  protected get vanished(): boolean {
    return this.#vanished;
  }

  protected enter(state: CallState): void {
    this.#state = state;
  }

  /** The call is answered: the 200 came, or was sent. */
  protected talk(atMs: number): void {
    this.#state = 'talking';
    this.answeredMs = atMs;
    this.#tellAnswered(true);
  }

  /** The call is over; the first to say so is right. */
  protected end(ending: Omit<Ending, 'atMs'> & { atMs?: number }): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#session.stop();
    this.voice.mouth.close();
    this.line.forget(this);
    this.#ending ??= { atMs: performance.now(), ...ending };
    void drained(() => this.voice.packets).then(() => {
      this.line.linger(this);
      this.#settle(ending);
    });
  }

  /** See `Session.accept`. */
  protected accept(transaction: ServerTransaction, sdp: string, headers: HeaderValues): SipResponse {
    return this.#session.accept(transaction, sdp, headers);
  }

  #settle(ending: Omit<Ending, 'atMs'> & { atMs?: number }): void {
    this.#ending ??= { atMs: performance.now(), ...ending };
    this.#tellAnswered(false);
    this.#tellEnded(this.#ending);
  }

  #unacknowledged(invite: SipRequest): void {
    this.line.surprise('no ACK', invite);
    if (this.#state === 'talking') void this.#exchange('BYE', {});
    this.end({ by: 'nobody', how: 'silence', status: 200, reason: 'no ACK', cause: undefined });
  }

  #bye(transaction: ServerTransaction, request: SipRequest): void {
    transaction.reply(200);
    this.end({ by: 'them', how: 'bye', status: 200, reason: request.get('reason'), cause: causeOf(request) });
  }

  async #invite(direction: Direction): Promise<boolean> {
    const { dialog } = this;
    return dialog !== undefined && this.#state === 'talking' && this.#session.invite(dialog, direction);
  }

  async #inform(key: string, ms: number): Promise<Pressed> {
    const firstMs = performance.now();
    const body = `Signal=${key}\r\nDuration=${ms}\r\n`;
    await this.request('INFO', { 'Content-Type': 'application/dtmf-relay' }, body);
    return { firstMs, endMs: performance.now() };
  }

  #exchange(method: string, headers: HeaderValues, body?: string): ReturnType<typeof exchange> {
    const { dialog } = this;
    if (!dialog) throw new Error(`${method} without a dialog`);
    const make = (more: HeaderValues): SipRequest => dialog.request(method, { headers: { ...headers, ...more }, body });
    return exchange(this.line, make, this.line.hop(dialog.nextHop));
  }
}
