import type { Clock, TimerValues } from './clock.ts';
import type { SipResponse } from './message.ts';
import type { ServerTransaction } from './server-transaction.ts';

/**
 * A 2xx to an INVITE, RFC 3261 §13.3.1.4: repeated from T1 doubling to T2 until its ACK; without one in 64*T1 `unacknowledged` is told
 * (the dialog is to be ended with BYE).
 */
export class Answer {
  readonly #transaction: ServerTransaction;
  readonly #response: SipResponse;
  readonly #clock: Clock;
  readonly #timers: TimerValues;
  #repeat: unknown;
  #limit: unknown;

  constructor(
    transaction: ServerTransaction,
    response: SipResponse,
    { clock, timers }: { clock: Clock; timers: TimerValues },
    unacknowledged: () => void,
  ) {
    this.#transaction = transaction;
    this.#response = response;
    this.#clock = clock;
    this.#timers = timers;
    this.#limit = clock.after(64 * timers.T1, () => {
      this.stop();
      unacknowledged();
    });
    transaction.respond(response);
    this.#schedule(timers.T1);
  }

  /** True from the start until `stop`. */
  get waiting(): boolean {
    return this.#limit !== undefined;
  }

  /** The ACK is here, or the dialog has ended. */
  stop(): void {
    this.#clock.stop(this.#repeat);
    this.#clock.stop(this.#limit);
    this.#limit = undefined;
  }

  #schedule(ms: number): void {
    this.#repeat = this.#clock.after(ms, () => {
      this.#transaction.respond(this.#response);
      this.#schedule(Math.min(ms * 2, this.#timers.T2));
    });
  }
}
