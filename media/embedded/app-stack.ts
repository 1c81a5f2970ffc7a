import { randomUUID } from 'node:crypto';
import type { AudioFrame } from './audio-frame.ts';
import type { Channel } from './channel.ts';

/** A key the party pressed, as it waits in the channel's queue. `duration` in samples. */
export type Digit = {
  readonly digit: string;
  readonly duration: number;
  readonly source: 'RTP' | 'INBAND_AUDIO' | 'ENDPOINT' | 'APP';
};

/** An application that takes time. All calls come from the channel's clock or from a command, never from within each other. */
export interface RunningApp {
  /** It is on top, and 20 ms begin: what the party shall hear now. */
  tick?(): void;
  /** It is on top and the party said this. */
  heard?(frame: AudioFrame): void;
  /** It takes keys; without this they wait in the queue. */
  readonly digit?: ((digit: Digit) => void) | undefined;
  /** `uuid_break`. */
  break?(all: boolean): void;
  /** The channel ends, or goes somewhere else: let go of everything. Not followed by any other call. */
  abort(): void;
}

/** Starts an application: a text is its response, given at once; otherwise it runs until it calls `end`. */
export type App = (channel: Channel, argument: string, end: (response?: string) => void) => RunningApp | string;

export type Step = { readonly app: string; readonly argument: string };

type Order = {
  readonly app: string;
  readonly argument: string;
  readonly uuid: string;
  readonly lock: boolean;
  /** How often it is to be done, negative without end, and which of these times it is, from 1 on. */
  readonly loops: number;
  readonly loop: number;
  /** When it began this time. Milliseconds of the engine's clock. */
  readonly begunMs: number;
};
/** Without an order: a state of the channel rather than an application, which shows in no event. */
type Entry = { readonly order: Order | undefined; readonly app: RunningApp; ended: boolean };

/** An application that was over sooner is not done again, whatever `loops` says (FreeSWITCH 1.11.1). Milliseconds. */
const LEAST_LOOPED_MS = 500;
const NO_RESPONSE = '_none_';
/** What of an order says where it stands: it begins for the first time. */
const once = { loop: 1, begunMs: 0 };

/**
 * The applications of a channel. FreeSWITCH runs a command that arrives during an application inside it: the new one goes on top, and when
 * it ends the one below goes on with its next frame (wire facts C.1).
 *
 *      execute B          B ends           A ends
 *   [A] -----> [A, B] ------------> [A] ----------> [] --> next step of the routine, or the channel hangs up
 */
export class AppStack {
  readonly #channel: Channel;
  readonly #table: ReadonlyMap<string, App>;
  readonly #stack: Entry[] = [];
  readonly #locked: Order[] = [];
  #routine: Step[] = [];
  #generation = 0;
  #starting = 0;
  #last: Step | undefined;

  constructor(channel: Channel, table: ReadonlyMap<string, App>) {
    this.#channel = channel;
    this.#table = table;
  }

  /** The application that has the channel now. */
  get top(): RunningApp | undefined {
    return this.#stack.at(-1)?.app;
  }

  /** Names from the bottom up. */
  get names(): readonly string[] {
    return this.#stack.map((entry) => entry.order?.app ?? '');
  }

  /** The application that was begun last, whether it is over or not. */
  get last(): Step | undefined {
    return this.#last;
  }

  /** Does the application now (inside the present one); after a locking one, when that has ended. */
  execute(app: string, argument: string, options: { uuid?: string; lock?: boolean; loops?: number } = {}): void {
    const order = {
      app,
      argument,
      uuid: options.uuid || randomUUID(),
      lock: options.lock ?? false,
      loops: options.loops ?? 1,
      ...once,
    };
    if (this.#stack.some((entry) => entry.order?.lock)) this.#locked.push(order);
    else this.#start(order);
  }

  /** Leaves everything and does these one after the other; then the channel hangs up. */
  reroute(steps: readonly Step[]): void {
    this.abort();
    this.#routine = [...steps];
    this.#continue();
  }

  /** Stops all applications, from the top; each tells that it is over. */
  abort(): void {
    this.#generation += 1;
    this.#routine = [];
    this.#locked.length = 0;
    for (let entry = this.#stack.pop(); entry; entry = this.#stack.pop()) {
      if (entry.ended) continue;
      entry.ended = true;
      entry.app.abort();
      if (entry.order) this.#complete(entry.order, NO_RESPONSE);
    }
  }

  /** Leaves everything and rests in a state that no command started (parked after a bridge). */
  rest(app: RunningApp): void {
    this.abort();
    this.#stack.push({ order: undefined, app, ended: false });
  }

  /** `all` also forgets commands that wait. */
  break(all: boolean): void {
    if (all) this.#locked.length = 0;
    this.top?.break?.(all);
  }

  #start(order: Order, commanded = true): void {
    const app = this.#table.get(order.app);
    if (!app) {
      this.#channel.log('warn', 'unknown application', { application: order.app });
      return this.#channel.hangup('DESTINATION_OUT_OF_ORDER');
    }
    const argument = this.#channel.variables.expand(order.argument);
    const done: Order = { ...order, argument, begunMs: this.#channel.engine.now() };
    const { variables } = this.#channel;
    if (commanded) {
      variables.set('current_loop', String(order.loop));
      variables.set('total_loops', String(order.loops));
    }
    const isBridge = order.app === 'uuid_bridge';
    if (!isBridge) {
      this.#last = { app: order.app, argument };
      variables.set('current_application', order.app);
      variables.set('current_application_data', argument);
      variables.set('current_application_response', undefined);
    }
    this.#channel.fire('CHANNEL_EXECUTE', {
      Application: order.app,
      ...(argument === '' ? {} : { 'Application-Data': argument }),
      ...(isBridge ? {} : { 'Application-UUID': order.uuid }),
    });
    const generation = this.#generation;
    const state: { entry?: Entry; early?: string } = {};
    const end = (response = NO_RESPONSE): void => {
      if (state.entry) this.#end(state.entry, response);
      else state.early = response;
    };
    const running = this.#begin(app, done, end);
    if (generation !== this.#generation) {
      // the application itself sent the channel elsewhere, or ended it
      if (typeof running !== 'string') running.abort();
      this.#complete(done, NO_RESPONSE);
      return this.#continue();
    }
    if (typeof running !== 'string' && state.early === undefined) {
      state.entry = { order: done, app: running, ended: false };
      this.#stack.push(state.entry);
      return;
    }
    if (typeof running !== 'string') running.abort();
    this.#complete(done, typeof running === 'string' ? running : state.early!);
    this.#after(done);
  }

  /** A fault of ours in one application is the end of that application, not of the server. */
  #begin(app: App, order: Order, end: (response?: string) => void): RunningApp | string {
    this.#starting += 1;
    try {
      return app(this.#channel, order.argument, end);
    } catch (error) {
      this.#channel.log('error', 'application fault', { application: order.app, error: String(error) });
      return NO_RESPONSE;
    } finally {
      this.#starting -= 1;
    }
  }

  #end(entry: Entry, response: string): void {
    if (entry.ended) return;
    entry.ended = true;
    entry.app.abort();
    const at = this.#stack.indexOf(entry);
    if (at >= 0) this.#stack.splice(at, 1);
    if (!entry.order) return this.#continue();
    this.#complete(entry.order, response);
    this.#after(entry.order);
  }

  #after(order: Order): void {
    if (this.#channel.hangupCause) return;
    const again = order.loops < 0 || order.loop < order.loops;
    if (again && this.#channel.engine.now() - order.begunMs >= LEAST_LOOPED_MS)
      return this.#start({ ...order, loop: order.loop + 1 });
    while (this.#locked.length > 0 && !this.#stack.some((entry) => entry.order?.lock))
      this.#start(this.#locked.shift()!);
    this.#continue();
  }

  /** With nothing running: the next step of the routine; without any the channel has nothing left to do. */
  #continue(): void {
    if (this.#channel.hangupCause || this.#starting > 0 || this.#stack.length > 0) return;
    const step = this.#routine.shift();
    if (step) this.#start({ ...step, uuid: randomUUID(), lock: false, loops: 1, ...once }, false);
    else this.#channel.hangup('NORMAL_CLEARING');
  }

  #complete(order: Order, response: string): void {
    if (response !== NO_RESPONSE) this.#channel.variables.set('current_application_response', response);
    // a bridge is a state that shows as an application when it begins, but not when it ends
    if (order.app === 'uuid_bridge') return;
    this.#channel.fire('CHANNEL_EXECUTE_COMPLETE', {
      Application: order.app,
      ...(order.argument === '' ? {} : { 'Application-Data': order.argument }),
      'Application-Response': response,
      'Application-UUID': order.uuid,
    });
    for (const name of ['current_loop', 'total_loops']) this.#channel.variables.set(name, undefined);
  }
}
