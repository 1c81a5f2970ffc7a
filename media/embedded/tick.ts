import type { Log } from './log.ts';

/** Who is called each 20 ms. */
export interface Ticking {
  tick(): void;
}

const PHASES = 4;
const PHASE_MS = 5;
/** After a standstill longer than this the missed ticks are given up. */
const MOST_CATCH_UP_MS = 2000;
const LATENESS_SAMPLES = 1024;
const LATE_MS = 15;

/**
 * The one clock of all channels: a tick each 5 ms on an absolute schedule, every channel in one of four phases, so that work is spread
 * and each is called every 20 ms. A late tick is made up for at once: the sum of ticks never drifts from real time.
 */
export class Tick {
  /** Done first whenever the clock runs: what has come is read. */
  before: () => void = () => undefined;
  readonly #phases: Set<Ticking>[] = Array.from({ length: PHASES }, () => new Set<Ticking>());
  readonly #now: () => number;
  readonly #log: Log;
  readonly #lateness = new Float64Array(LATENESS_SAMPLES);
  #count = 0;
  #start = 0;
  #done = 0;
  #worst = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #deferred = false;

  /** `now` in milliseconds, monotonic. */
  constructor(now: () => number, log: Log) {
    this.#now = now;
    this.#log = log;
  }

  start(): void {
    this.#start = this.#now();
    this.#done = 0;
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
  }

  /** Puts a channel into the emptiest phase. */
  add(channel: Ticking): void {
    this.#phases.reduce((least, phase) => (phase.size < least.size ? phase : least)).add(channel);
  }

  remove(channel: Ticking): void {
    for (const phase of this.#phases) phase.delete(channel);
  }

  /** Lateness of ticks in milliseconds: of the last 1,024 ticks the 99th percentile, and the worst since the start. */
  lateness(): { p99: number; worst: number } {
    const sorted = this.#lateness.slice(0, Math.min(this.#count, LATENESS_SAMPLES)).sort();
    return { p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, worst: this.#worst };
  }

  #arm(): void {
    const wait = this.#start + (this.#done + 1) * PHASE_MS - this.#now();
    this.#timer = setTimeout(() => this.#run(), Math.max(1, Math.ceil(wait)));
  }

  #run(): void {
    const elapsed = this.#now() - this.#start;
    if (!this.#deferred && elapsed - (this.#done + 1) * PHASE_MS > LATE_MS) {
      // The process stood still: let what came meanwhile be read from the sockets first, so that it is there when its ticks are made up for
      this.#deferred = true;
      this.#immediate = setImmediate(() => this.#run());
      return;
    }
    this.#deferred = false;
    this.before();
    const due = Math.floor(elapsed / PHASE_MS);
    if ((due - this.#done) * PHASE_MS > MOST_CATCH_UP_MS) {
      this.#log('warn', 'tick standstill', { ms: (due - this.#done) * PHASE_MS });
      this.#done = due - 1;
    }
    while (this.#done < due) {
      this.#done += 1;
      this.#note(elapsed - this.#done * PHASE_MS);
      for (const channel of this.#phases[this.#done % PHASES]!) this.#call(channel);
    }
    if (this.#timer !== undefined) this.#arm();
  }

  /** One channel's fault must not stop the others' audio. */
  #call(channel: Ticking): void {
    try {
      channel.tick();
    } catch (error) {
      this.#log('error', 'channel fault in tick', {
        error: String(error),
        stack: error instanceof Error ? error.stack : undefined,
      });
    }
  }

  #note(late: number): void {
    this.#lateness[this.#count % LATENESS_SAMPLES] = late;
    this.#count += 1;
    if (late > this.#worst) this.#worst = late;
  }
}
