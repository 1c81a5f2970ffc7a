import type { Apart, Attendance } from '#flows/family-line/attended-payment.ts';
import type { Charged, Payments } from '#flows/family-line/ports.ts';
import type { Line } from '#flows/line.ts';
import type { Leg } from '../leg/leg.ts';

/** An agent broke off what the caller was typing, or has hung up. */
class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

const breakKey = '*';

type ChargedCents = Charged & { readonly cents: number };

/**
 * A caller types a card while the agent waits: the agent hears the same tone for each key, and breaks it off with `*` or by hanging up.
 * That ends with the confirmation: what is charged is charged, and its outcome is told.
 */
export class TypingApart {
  readonly #agent: Leg;
  readonly #caller: Leg;
  readonly #broken = new AbortController();
  #charging = false;
  #charged: ChargedCents | undefined;

  constructor(agent: Leg, caller: Leg) {
    this.#agent = agent;
    this.#caller = caller;
  }

  /** The charge was begun: nobody breaks it off any more. */
  get isCharging(): boolean {
    return this.#charging;
  }

  /** What became of the charge, whoever has heard of it. */
  get charged(): ChargedCents | undefined {
    return this.#charged;
  }

  /** The same payments, charged only as long as nobody has broken off. */
  guard(payments: Payments): Attendance['payments'] {
    return {
      ...{ limits: payments.limits, thisMonth: payments.thisMonth },
      heard: () => payments.heard(),
      charge: async (account, cents, card) => {
        this.#broken.signal.throwIfAborted();
        this.#charging = true;
        const charged = await payments.charge(account, cents, card);
        this.#charged = { ...charged, cents };
        return charged;
      },
    };
  }

  /** Does the work on lines that end when it is broken off. */
  async during<T>(
    lineOf: (leg: Leg, stop: AbortSignal) => Line,
    work: (apart: Apart) => Promise<T>,
  ): Promise<T | 'broken-off'> {
    const [agent, caller] = [this.#agent, this.#caller];
    const ends = [agent.digits.overhear((key) => void (key === breakKey && this.#break()))];
    const gone = () => this.#break();
    agent.ended.addEventListener('abort', gone, { once: true });
    const types = () => void ends.push(caller.digits.overhear(() => this.#tone()));
    try {
      const { signal } = this.#broken;
      return await work({ agent: lineOf(agent, signal), caller: lineOf(caller, signal), types });
    } catch (error) {
      if (error instanceof BrokenOff) return 'broken-off';
      throw error;
    } finally {
      agent.ended.removeEventListener('abort', gone);
      for (const end of ends) end();
    }
  }

  #break(): void {
    if (!this.#charging) this.#broken.abort(new BrokenOff('the agent broke off a payment'));
  }

  /** A leg that is gone hears none. */
  #tone(): void {
    if (!this.#agent.ended.aborted) void this.#agent.endpoint.keyTone();
  }
}
