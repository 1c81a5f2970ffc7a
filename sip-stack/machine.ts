import type { Clock, TimerValues } from './clock.ts';

/**
 * A protocol as a table `state -> event -> [next, ...actions]`. A timer is an event that `timers` schedules: entering a
 * state starts the timers listed for it, entering one that does not list them stops them. Events not listed are absorbed.
 */
export interface Machine<State extends string, Event extends string, Action extends string> {
  readonly initial: State;
  readonly table: Readonly<
    Record<State, Readonly<Partial<Record<Event, readonly [next: State, ...actions: Action[]]>>>>
  >;
  /** Durations in milliseconds; undefined when the timer does not run on this transport. */
  readonly timers: Readonly<
    Partial<Record<State, Readonly<Partial<Record<Event, (t: TimerValues, reliable: boolean) => number | undefined>>>>>
  >;
}

interface Timer<Event> {
  readonly event: Event;
  ms: number;
  handle: unknown;
}

/** One machine at work. */
export class Run<State extends string, Event extends string, Action extends string> {
  state: State;
  readonly #machine: Machine<State, Event, Action>;
  readonly #act: (action: Action) => void;
  readonly #clock: Clock;
  readonly #values: TimerValues;
  readonly #reliable: boolean;
  #timers: Timer<Event>[] = [];

  constructor(
    machine: Machine<State, Event, Action>,
    act: (action: Action) => void,
    { clock, timers, reliable }: { clock: Clock; timers: TimerValues; reliable: boolean },
  ) {
    this.#machine = machine;
    this.#act = act;
    this.#clock = clock;
    this.#values = timers;
    this.#reliable = reliable;
    this.state = machine.initial;
    this.#schedule();
  }

  /** Takes an event; false when the state does not know it. */
  step(event: Event): boolean {
    const row = this.#machine.table[this.state][event];
    if (!row) return false;
    const [next] = row;
    if (next !== this.state) {
      this.state = next;
      this.#schedule();
    }
    for (let i = 1; i < row.length; i++) this.#act(row[i] as Action);
    return true;
  }

  /** Starts a timer that has just fired again, with twice its interval but at most `limit` milliseconds. */
  double(event: Event, limit = Infinity): void {
    const timer = this.#timers.find((one) => one.event === event);
    if (timer) this.again(event, Math.min(timer.ms * 2, limit));
  }

  /** Starts a timer that has just fired again, with `ms` milliseconds. */
  again(event: Event, ms: number): void {
    const timer = this.#timers.find((one) => one.event === event);
    if (!timer) return;
    timer.ms = ms;
    this.#start(timer);
  }

  /** Ends without a further step. */
  stop(): void {
    for (const timer of this.#timers) this.#clock.stop(timer.handle);
    this.#timers = [];
  }

  #schedule(): void {
    const wanted = this.#machine.timers[this.state];
    this.#timers = this.#timers.filter((timer) => {
      if (wanted && timer.event in wanted) return true;
      this.#clock.stop(timer.handle);
      return false;
    });
    for (const event of Object.keys(wanted ?? {}) as Event[]) {
      if (this.#timers.some((timer) => timer.event === event)) continue;
      const ms = wanted?.[event]?.(this.#values, this.#reliable);
      if (ms === undefined) continue;
      const timer: Timer<Event> = { event, ms, handle: undefined };
      this.#timers.push(timer);
      this.#start(timer);
    }
  }

  #start(timer: Timer<Event>): void {
    this.#clock.stop(timer.handle);
    timer.handle = this.#clock.after(timer.ms, () => this.step(timer.event));
  }
}
