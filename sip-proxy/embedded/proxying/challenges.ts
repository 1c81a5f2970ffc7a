import type { Clock } from '#sip-stack/clock.ts';
import type { SipMessage } from '#sip-stack/message.ts';

/** How long after a challenge the request with credentials is known for its answer. Milliseconds. */
const patience = 2_000;

const credentials = ['authorization', 'proxy-authorization'];
const challenges = ['www-authenticate', 'proxy-authenticate'];

/** Which target has challenged a proxied request: that one, and no other, can check the credentials. */
export class Challenges {
  readonly #clock: Clock;
  /** realm and nonce -> target */
  readonly #targets = new Map<string, { readonly target: string; readonly timer: unknown }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(response: SipMessage, target: string): void {
    for (const key of keysIn(response, challenges)) {
      this.#clock.stop(this.#targets.get(key)?.timer);
      const timer = this.#clock.after(patience, () => this.#targets.delete(key));
      this.#targets.set(key, { target, timer });
    }
  }

  /** The target whose challenge this request answers; known once. */
  take(request: SipMessage): string | undefined {
    for (const key of keysIn(request, credentials)) {
      const found = this.#targets.get(key);
      if (!found) continue;
      this.#clock.stop(found.timer);
      this.#targets.delete(key);
      return found.target;
    }
    return undefined;
  }

  stop(): void {
    for (const { timer } of this.#targets.values()) this.#clock.stop(timer);
    this.#targets.clear();
  }
}

const keysIn = (message: SipMessage, names: readonly string[]): string[] =>
  names
    .flatMap((name) => message.getAll(name))
    .flatMap((value) => {
      const nonce = /[\s,]nonce\s*=\s*"([^"]*)"/i.exec(value)?.[1];
      const realm = /[\s,]realm\s*=\s*"([^"]*)"/i.exec(value)?.[1];
      return nonce === undefined || realm === undefined ? [] : [`${realm}\n${nonce}`];
    });
