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

/** What an agent wants of the talk. */
export type TalkOrder =
  /** Without an amount the agent is asked for it. */
  | { readonly kind: 'payment'; readonly cents: number | undefined }
  | { readonly kind: 'hold' | 'resume' }
  | { readonly kind: 'transfer'; readonly to: string | undefined; readonly note: string | undefined };

export type ListenOrder = Extract<DeskOrder, { kind: 'listen' }>;

/**
 * What is ordered of one talk, by the agent's keys or by another process: one after the other, and none while one is carried out. A supervisor
 * who is to be rung is rung beside (`onListen`).
 */
export class TalkOrders {
  readonly #agent: Leg;
  readonly #call: GivenCall;
  readonly #onListen: (order: ListenOrder) => void;
  /** Taken already. */
  readonly #left: TalkOrder[] = [];

  constructor(agent: Leg, call: GivenCall, onListen: (order: ListenOrder) => void) {
    this.#agent = agent;
    this.#call = call;
    this.#onListen = onListen;
  }

  /** The next that is wanted. Rejects with the signal's reason. */
  next(signal: AbortSignal): Promise<TalkOrder> {
    const left = this.#left.shift();
    if (left) return Promise.resolve(left);
    const over = new AbortController();
    const ends = AbortSignal.any([signal, over.signal]);
    setMaxListeners(0, ends);
    return new Promise<TalkOrder>((resolve, reject) => {
      this.#keyed(ends, resolve);
      this.#ordered(ends, resolve).catch(reject);
    }).finally(() => over.abort('something is wanted'));
  }

  #keyed(ends: AbortSignal, wanted: (order: TalkOrder) => void): void {
    const { clock } = this.#call.platform;
    let before = { key: '', atMs: 0 };
    const stop = this.#agent.digits.overhear((key) => {
      const now = { key, atMs: clock.elapsed() };
      if (before.key + key === paymentKeys && now.atMs - before.atMs <= keysMs)
        wanted({ kind: 'payment', cents: undefined });
      before = now;
    });
    if (ends.aborted) stop();
    else ends.addEventListener('abort', stop, { once: true });
  }

  /** A database that is away is asked again. */
  async #ordered(ends: AbortSignal, wanted: (order: TalkOrder) => void): Promise<void> {
    const { entryId, platform } = this.#call;
    const { db, clock } = platform;
    for (;;) {
      await clock.wait(orderMs, ends);
      const orders: readonly DeskOrder[] = await takeOrders(db, entryId, clock.now()).catch(() => []);
      const kinds = new Set<string>();
      for (const order of orders)
        if (order.kind === 'listen') this.#onListen(order);
        // What came twice meanwhile is done once.
        else if (!kinds.has(order.kind)) this.#left.push((kinds.add(order.kind), order));
      const first = this.#left.shift();
      if (first) return wanted(first);
    }
  }
}
