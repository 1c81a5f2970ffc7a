import { randomInt } from 'node:crypto';
import type { Clock, TimerValues } from '#sip-stack/clock.ts';
import type { SipResponse } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { RAck } from './rack.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly timers: TimerValues;
}

interface Unacknowledged {
  readonly sequence: number;
  /** It has a body: a 2xx has to wait for its PRACK. */
  readonly precious: boolean;
  /** The client did not ask for it to be reliable: its PRACK is not the client's to answer. */
  readonly ours: boolean;
}

interface Events {
  /** No PRACK came in 64*T1. */
  unacknowledged(): void;
  /** The INVITE is answered, and so long ago that no PRACK is on its way any more. */
  over(): void;
}

/**
 * RFC 3262 §3: the reliable provisional responses to one INVITE, one after the other.
 *
 *   UAS ── 183 RSeq 7 ──►        repeated after T1, 2*T1, 4*T1 ... until the PRACK;
 *       ◄── PRACK RAck 7 ──      without one in 64*T1 `unacknowledged` is told
 *       ── 200 PRACK ──►
 */
export class ReliableProvisionals {
  readonly #transaction: ServerTransaction;
  readonly #around: Surroundings;
  readonly #events: Events;
  /** §3: between 1 and 2^31 - 1. */
  #sequence = randomInt(1, 2 ** 31 - 1);
  /** Sent and neither acknowledged nor given up. */
  #last: Unacknowledged | undefined;
  #waiting: (() => void)[] = [];
  #repeat: unknown;
  #limit: unknown;
  #end: unknown;

  constructor(transaction: ServerTransaction, around: Surroundings, events: Events) {
    this.#transaction = transaction;
    this.#around = around;
    this.#events = events;
  }

  /** Whether a response has to wait for a PRACK: another reliable one, and a 2xx when that one carries a session. */
  mustWait(status: number): boolean {
    if (!this.#last || this.#limit === undefined || status >= 300) return false;
    return status < 200 || this.#last.precious;
  }

  /** Does it when the PRACK is here, or nobody waits for it any more. */
  later(act: () => void): void {
    this.#waiting.push(act);
  }

  /**
   * Sends a provisional response, with its RSeq, until it is acknowledged.
   * @param ours the client did not ask for reliability
   * @returns false when the transaction has its final response
   */
  send(response: SipResponse, ours: boolean): boolean {
    const { clock, timers } = this.#around;
    this.#sequence += 1;
    response.set('RSeq', String(this.#sequence));
    if (!this.#transaction.respond(response)) return false;
    this.#last = { sequence: this.#sequence, precious: response.body.length > 0, ours };
    this.#limit = clock.after(64 * timers.T1, () => {
      this.#settle();
      this.#events.unacknowledged();
    });
    this.#schedule(response, timers.T1);
    return true;
  }

  /** Takes the RAck of a PRACK: whose it is to answer; undefined when it acknowledges nothing that was sent (481). */
  acknowledge({ sequence, request, method }: RAck): 'client' | 'server' | undefined {
    const last = this.#last;
    if (last?.sequence !== sequence || method !== 'INVITE' || request !== this.#transaction.request.cseq.number)
      return undefined;
    this.#last = undefined;
    this.#settle();
    return last.ours ? 'server' : 'client';
  }

  /** What waited for the PRACK goes on. */
  proceed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const act of waiting) act();
  }

  /** The INVITE has its final response: no repetition any more, but a PRACK still on its way is taken (§3). */
  finish(): void {
    const { clock, timers } = this.#around;
    this.#settle();
    this.#end ??= clock.after(64 * timers.T1, () => this.#events.over());
  }

  /** Ends silently. */
  forget(): void {
    this.#settle();
    this.#around.clock.stop(this.#end);
  }

  #settle(): void {
    this.#around.clock.stop(this.#repeat);
    this.#around.clock.stop(this.#limit);
    this.#limit = undefined;
  }

  #schedule(response: SipResponse, ms: number): void {
    this.#repeat = this.#around.clock.after(ms, () => {
      this.#transaction.respond(response);
      this.#schedule(response, ms * 2);
    });
  }
}
