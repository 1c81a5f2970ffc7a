/** What one process may carry. */
export interface Limits {
  readonly maxCalls: number;
  readonly maxStartsPerSecond: number;
  /** Starts that may come at once after a quiet time; at least 1. */
  readonly burst: number;
  readonly maxLoopDelayMs: number;
}

/** What the process carries when a call asks. */
export interface Load {
  readonly calls: number;
  readonly loopDelayMs: number;
}

export type Admitted = { readonly kind: 'admitted' };
export type Shed = {
  readonly kind: 'shed';
  readonly why: 'calls' | 'loop-delay' | 'starts';
  /** Q.850: 34 no circuit available, 42 switching equipment congestion. */
  readonly cause: 34 | 42;
  /** Whole seconds, at least 1: the value of Retry-After (RFC 3261 §20.33). */
  readonly retryAfterSeconds: number;
};

/** Decides whether a call may start. Times are milliseconds that never jump, given by the caller. */
export class Admission {
  readonly #limits: Limits;
  #tokens: number;
  #filledAtMs: number;

  constructor(limits: Limits, nowMs: number) {
    this.#limits = limits;
    this.#tokens = limits.burst;
    this.#filledAtMs = nowMs;
  }

  /** A call that is shed takes no token: those who are refused do not delay those who fit. */
  ask(load: Load, nowMs: number): Admitted | Shed {
    const { maxCalls, maxStartsPerSecond, burst, maxLoopDelayMs } = this.#limits;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledAtMs) / 1000) * maxStartsPerSecond);
    this.#filledAtMs = nowMs;
    if (load.calls >= maxCalls) return shed('calls', 34, BUSY_SECONDS);
    if (load.loopDelayMs > maxLoopDelayMs) return shed('loop-delay', 42, BUSY_SECONDS);
    if (this.#tokens < 1) return shed('starts', 42, Math.max(1, Math.ceil((1 - this.#tokens) / maxStartsPerSecond)));
    this.#tokens -= 1;
    return { kind: 'admitted' };
  }
}

const shed = (why: Shed['why'], cause: Shed['cause'], retryAfterSeconds: number): Shed => ({
  kind: 'shed',
  why,
  cause,
  retryAfterSeconds,
});

/** When a call ends or the loop recovers is not known; as long as a draining process asks for. */
const BUSY_SECONDS = 5;
