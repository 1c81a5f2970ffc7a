import type { Clock } from '#sip-stack/clock.ts';
import type { HeaderValues, SipRequest } from '#sip-stack/message.ts';

/**
 * RFC 4028, the side that was asked: takes what the request proposes, leaves refreshing to the caller unless it asks for us.
 *
 *     caller                             phone
 *       | INVITE Session-Expires: 90        |
 *       |---------------------------------->|
 *       | 200 Session-Expires: 90;refresher=uac, Require: timer
 *       |<----------------------------------|
 *       | re-INVITE or UPDATE every 45 s    |   refresher=uas: the phone sends them
 *       |---------------------------------->|
 *       |                              BYE  |   none came: at 90 - min(32, 90/3) s (§10)
 *       |<----------------------------------|
 */
export class SessionTimer {
  readonly #clock: Clock;
  readonly #tell: { refresh: () => void; expired: () => void };
  #seconds: number | undefined;
  #ours = false;
  #handle: unknown;

  constructor(clock: Clock, tell: { refresh: () => void; expired: () => void }) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Starts over with what an INVITE or UPDATE asks for; the headers are for its 2xx. */
  agree(request: SipRequest): HeaderValues {
    const asked = /^\s*(\d+)\s*(?:;.*?refresher=(uac|uas))?/i.exec(request.get('session-expires') ?? '');
    if (!asked) return {};
    const refresher = (asked[2] ?? 'uac').toLowerCase();
    this.#seconds = Number(asked[1]);
    this.#ours = refresher === 'uas';
    this.refreshed();
    const value = `${this.#seconds};refresher=${refresher}`;
    return refresher === 'uac' ? { 'Session-Expires': value, Require: 'timer' } : { 'Session-Expires': value };
  }

  /** What our own refreshing request says. */
  get headers(): HeaderValues {
    if (this.#seconds === undefined) return {};
    return { Supported: 'timer', 'Session-Expires': `${this.#seconds};refresher=${this.#ours ? 'uac' : 'uas'}` };
  }

  /** The session was refreshed, by either side. */
  refreshed(): void {
    this.#clock.stop(this.#handle);
    if (this.#seconds === undefined) return;
    const ms = 1000 * (this.#ours ? this.#seconds / 2 : this.#seconds - Math.min(32, this.#seconds / 3));
    this.#handle = this.#clock.after(ms, this.#ours ? this.#tell.refresh : this.#tell.expired);
  }

  stop(): void {
    this.#seconds = undefined;
    this.#clock.stop(this.#handle);
  }
}
