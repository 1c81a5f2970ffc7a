import type { Digit, Step } from './app-stack.ts';
import type { Channel } from './channel.ts';

const MOST_WAITING = 128;
/** Keys a second of one party. RFC 4733 §2.6 knows of 20 a second from a machine; each one is an event that a controller has to read. */
const MOST_A_SECOND = 50;

/** The keys of a channel: those its party pressed, waiting to be taken, and those that are sent to it. */
export class Keys {
  readonly #channel: Channel;
  readonly #waiting: Digit[] = [];
  readonly #bound = new Map<string, Step>();
  /** Keys sent to this party are dropped, or this one sent in their place (`uuid_drop_dtmf`). */
  drop: { readonly mask: string } | undefined;
  /** Keys that came faster than anybody presses them, and were not taken. */
  leftOut = 0;
  readonly #pace = { second: -1, count: 0 };

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** The party's key does this from now on (`bind_digit_action`), and no other key does anything. */
  bind(digit: string, step: Step): void {
    this.#bound.set(digit, step);
  }

  /** The party pressed a key. It waits until an application takes it, unless keys are bound. */
  pressed(digit: Digit): void {
    if (digit.source !== 'APP' && this.#tooFast()) return;
    if (this.#bound.size > 0) {
      const step = this.#bound.get(digit.digit);
      if (step) this.#channel.apps.execute(step.app, step.argument);
      return;
    }
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(digit);
    this.offer();
  }

  /** Forgets the keys that wait. */
  flush(): void {
    this.#waiting.length = 0;
  }

  #tooFast(): boolean {
    const second = Math.floor(this.#channel.engine.now() / 1000);
    if (second !== this.#pace.second) Object.assign(this.#pace, { second, count: 0 });
    this.#pace.count += 1;
    if (this.#pace.count <= MOST_A_SECOND) return false;
    if (this.#pace.count === MOST_A_SECOND + 1) this.#channel.log('warn', 'keys faster than anybody presses them');
    this.leftOut += 1;
    return true;
  }

  /** Gives waiting keys to the application on top, if that takes any; only then is the key an event. */
  offer(): void {
    const { apps, variables } = this.#channel;
    for (let app = apps.top; app?.digit && this.#waiting.length > 0; app = apps.top) {
      const digit = this.#waiting.shift()!;
      if (!variables.isTrue('sensitive_dtmf')) {
        this.#channel.fire('DTMF', {
          'DTMF-Digit': digit.digit,
          'DTMF-Duration': String(digit.duration),
          'DTMF-Source': digit.source,
        });
      }
      app.digit(digit);
    }
  }

  /** Sends a key to the party as a telephone event; false when it is none, or the party has no telephone events. */
  send(digit: string, duration?: number): boolean {
    const sent = this.drop ? this.drop.mask : digit;
    if (this.drop && sent === '') return true;
    return this.#channel.leg.sendDigit(sent, duration);
  }
}
