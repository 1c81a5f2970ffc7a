/** Time as the stack sees it. The one file that touches the process's own timers; tests pass a `FakeClock`. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `run` once after `ms` milliseconds; the handle is for `stop`. */
  after(ms: number, run: () => void): unknown;
  /** Stops a timer; harmless when it has fired or was stopped before. */
  stop(handle: unknown): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => setTimeout(run, ms),
  stop: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** RFC 3261 §17.1.1.1, table 4. Milliseconds. */
export interface TimerValues {
  /** Round-trip estimate. */
  readonly T1: number;
  /** Longest interval between repeated non-INVITE requests and INVITE responses. */
  readonly T2: number;
  /** Longest time a message stays in the network. */
  readonly T4: number;
}

export const standardTimers: TimerValues = { T1: 500, T2: 4000, T4: 5000 };
