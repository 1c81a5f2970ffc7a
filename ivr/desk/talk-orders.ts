import { setMaxListeners } from 'node:events';
import { takeOrders, type DeskOrder } from '#db/desk/orders.ts';
import type { Leg } from '../leg/leg.ts';
import type { GivenCall } from './ring-agent.ts';

/** How often a talk looks for what another process ordered of it, milliseconds. */
export const orderMs = 1_000;

/** What an agent presses in a talk to take a payment. */
const paymentKeys = '*7';
/** Between these two keys, milliseconds. */
const keysMs = 3_000;

/** A payment that is wanted; without an amount the agent is asked for it. */
interface PaymentOrder {
  readonly cents: number | undefined;
}

export type ListenOrder = Extract<DeskOrder, { kind: 'listen' }>;

/**
 * What is ordered of one talk, by the agent's keys or by another process: one payment at a time, and none while one is carried out. A supervisor
 * who is to be rung is rung beside (`onListen`).
 */
export class TalkOrders {
  readonly #agent: Leg;
  readonly #call: GivenCall;
  readonly #onListen: (order: ListenOrder) => void;

  constructor(agent: Leg, call: GivenCall, onListen: (order: ListenOrder) => void) {
    this.#agent = agent;
    this.#call = call;
    this.#onListen = onListen;
  }

  /** The next payment that is wanted. Rejects with the signal's reason. */
  payment(signal: AbortSignal): Promise<PaymentOrder> {
    const over = new AbortController();
    const ends = AbortSignal.any([signal, over.signal]);
    setMaxListeners(0, ends);
    return new Promise<PaymentOrder>((resolve, reject) => {
      this.#keyed(ends, resolve);
      this.#ordered(ends, resolve).catch(reject);
    }).finally(() => over.abort('a payment is wanted'));
  }

  #keyed(ends: AbortSignal, wanted: (order: PaymentOrder) => void): void {
    const { clock } = this.#call.platform;
    let before = { key: '', atMs: 0 };
    const stop = this.#agent.digits.overhear((key) => {
      const now = { key, atMs: clock.elapsed() };
      if (before.key + key === paymentKeys && now.atMs - before.atMs <= keysMs) wanted({ cents: undefined });
      before = now;
    });
    if (ends.aborted) stop();
    else ends.addEventListener('abort', stop, { once: true });
  }

  /** A database that is away is asked again. */
  async #ordered(ends: AbortSignal, wanted: (order: PaymentOrder) => void): Promise<void> {
    const { entryId, platform } = this.#call;
    const { db, clock } = platform;
    for (;;) {
      await clock.wait(orderMs, ends);
      const orders: readonly DeskOrder[] = await takeOrders(db, entryId, clock.now()).catch(() => []);
      for (const order of orders) if (order.kind === 'listen') this.#onListen(order);
      const payment = orders.find((order) => order.kind === 'payment');
      if (payment) return wanted(payment);
    }
  }
}
