/** How often one stream is asked for a frame: 20 ms of G.711 (RFC 3551 §4.5.14). */
export const FRAME_MS = 20;
/** Samples in a frame at 8,000 a second. */
export const FRAME_SAMPLES = 160;

const PHASES = 4;
const TICK_MS = FRAME_MS / PHASES;
/** A process that slept longer than this starts a new schedule instead of sending what it owes in one burst. */
const GIVE_UP_MS = 1000;

type Frame = (dueMs: number) => void;

/**
 * One clock for every mouth of the process.
 *
 *     due     0    5    10   15   20   25 ms        absolute: tick n is due at start + 5n, however late n-1 was
 *     phase   0    1    2    3    0    1            a mouth belongs to one phase and is asked every 20 ms
 *
 * A timer for each stream costs more than the stream, and a chain of relative timers drifts. A late wake-up asks for every frame it owes, so nothing is ever left out.
 */
export class Beat {
  readonly #phases: Set<Frame>[] = Array.from({ length: PHASES }, () => new Set<Frame>());
  readonly #lateness = new Float64Array(4096);
  #ticks = 0;
  #startMs = 0;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Asks `frame` for audio every 20 ms until the returned function is called. The clock stops by itself when nobody is left. */
  join(frame: Frame): () => void {
    const phase = this.#phases.reduce((least, one) => (one.size < least.size ? one : least));
    phase.add(frame);
    if (!this.#timer) {
      this.#startMs = performance.now();
      this.#next = 0;
      this.#arm();
    }
    return () => void phase.delete(frame);
  }

  /** How late the last ticks (at most 4,096) came, in ms. A bench whose phones are late measures its phones. */
  lateness(): { p50: number; p99: number; max: number } {
    const seen = this.#lateness.slice(0, Math.min(this.#ticks, this.#lateness.length)).sort();
    const at = (share: number): number => seen[Math.floor((seen.length - 1) * share)] ?? 0;
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  }

  #arm(): void {
    const dueMs = this.#startMs + this.#next * TICK_MS;
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, dueMs - performance.now()));
  }

  #wake(): void {
    const nowMs = performance.now();
    if (nowMs - (this.#startMs + this.#next * TICK_MS) > GIVE_UP_MS) {
      this.#startMs = nowMs;
      this.#next = 0;
    }
    for (;;) {
      const dueMs = this.#startMs + this.#next * TICK_MS;
      if (dueMs > nowMs) break;
      this.#lateness[this.#ticks++ % this.#lateness.length] = nowMs - dueMs;
      for (const frame of this.#phases[this.#next % PHASES] ?? []) frame(dueMs);
      this.#next++;
    }
    if (this.#phases.some((one) => one.size > 0)) this.#arm();
    else this.#timer = undefined;
  }
}

/** The beat every phone of this process speaks on. */
export const beat = new Beat();
