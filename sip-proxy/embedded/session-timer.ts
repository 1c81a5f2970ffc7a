import type { Clock } from '#sip-stack/clock.ts';
import type { SipMessage } from '#sip-stack/message.ts';
import { Params } from '#sip-stack/params.ts';

/** RFC 4028 §4: no session may be refreshed more often than this. Seconds. */
export const minSessionSeconds = 90;

export interface SessionExpires {
  readonly seconds: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

/** The Session-Expires header; undefined when there is none or it makes no sense. */
export const sessionExpires = (message: SipMessage): SessionExpires | undefined => {
  const found = /^(\d{1,9})\s*(;.*)?$/.exec(message.get('session-expires') ?? '');
  if (!found) return undefined;
  const refresher = Params.parse(found[2] ?? '')
    ?.get('refresher')
    ?.toLowerCase();
  return { seconds: Number(found[1]), refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined };
};

/** The shortest session somebody on the way takes (§5). Seconds; our own without a word. */
export const minSession = (message: SipMessage): number => {
  const found = /^(\d{1,9})\s*(;.*)?$/.exec(message.get('min-se') ?? '');
  return Math.max(Number(found?.[1] ?? 0), minSessionSeconds);
};

/** Ends a session that its refresher does not refresh, or refreshes it. */
export class SessionTimer {
  /** Whether it is on us to refresh; undefined while no timer runs. */
  weRefresh: boolean | undefined;
  seconds = 0;
  #stop: (() => void) | undefined;

  /**
   * @param seconds the session's interval
   * @param weRefresh then `due` comes at half the interval, otherwise at its end
   */
  start(clock: Clock, seconds: number, weRefresh: boolean, due: () => void): void {
    this.stop();
    this.weRefresh = weRefresh;
    this.seconds = seconds;
    this.#wait(clock, seconds * (weRefresh ? 500 : 1000), due);
  }

  /** Our refresh met another request: `due` comes again in so many milliseconds, and the session's interval stays as it was. */
  again(clock: Clock, ms: number, due: () => void): void {
    this.#stop?.();
    this.#wait(clock, ms, due);
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.weRefresh = undefined;
  }

  #wait(clock: Clock, ms: number, due: () => void): void {
    const timer = clock.after(ms, () => {
      this.#stop = undefined;
      due();
    });
    this.#stop = () => clock.stop(timer);
  }
}
