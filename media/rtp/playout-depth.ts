import { FRAME_SAMPLES } from '#media/audio/g711.ts';

/** Frames a packet waits before it is due: at least, at first, at most. */
export type DepthRange = { readonly minimum: number; readonly initial: number; readonly maximum: number };

/** Depth is judged over this many ticks. */
const WINDOW_TICKS = 250;
/** Windows without a late packet before the depth is reduced. */
const CALM_WINDOWS = 6;
/** Late twice in a window: the network (or the sender) is not as even as we thought. */
const LATE_EPISODES = 2;
/** So many packets late without a pause mean a slow sender's clock rather than a stall. */
const DRIFTING_PACKETS = 50;
/** So many packets this much earlier than needed: the sender's timestamps run ahead of time, and waiting for them is of no use. */
const EARLY_PACKETS = 10;
const EARLY_FRAMES = 3;

/**
 * Decides how long packets wait in a jitter buffer, from how early each one comes. Both calls return by how many samples the schedule is to
 * be moved: positive plays sooner, negative waits longer.
 */
export class PlayoutDepth {
  #range: DepthRange;
  #target: number;
  #lateEpisodes = 0;
  #lateInARow = 0;
  #leastLateness = 0;
  #earlyInARow = 0;
  #leastEarliness = 0;
  #leastLead = Infinity;
  #windowTicks = 0;
  #calmWindows = 0;

  constructor(range: DepthRange) {
    this.#range = range;
    this.#target = range.initial;
  }

  /** Frames aimed at. */
  get target(): number {
    return this.#target;
  }

  /** Other bounds from now on. Returns by how many samples the schedule is to be moved. */
  bound(range: DepthRange): number {
    const before = this.#target;
    this.#range = range;
    this.#target = Math.max(range.minimum, Math.min(range.maximum, before));
    return (before - this.#target) * FRAME_SAMPLES;
  }

  /** Another stream: what was seen so far says nothing, the depth stays. */
  restart(): void {
    this.#lateInARow = 0;
    this.#earlyInARow = 0;
    this.#newWindow();
  }

  /** A packet came; `lead`: samples from the next tick's due time to the packet's, negative is late. */
  arrived(lead: number): number {
    if (lead < this.#leastLead) this.#leastLead = lead;
    if (lead < 0) return this.#late(-lead);
    this.#lateInARow = 0;
    return this.#early(lead - (this.#target + EARLY_FRAMES) * FRAME_SAMPLES);
  }

  /** 20 ms went by. */
  tick(): number {
    this.#windowTicks += 1;
    if (this.#windowTicks < WINDOW_TICKS) return 0;
    this.#calmWindows = this.#lateEpisodes === 0 ? this.#calmWindows + 1 : 0;
    const slack = this.#leastLead;
    this.#newWindow();
    if (slack === Infinity) return 0;
    // a fast sender's clock filled the buffer
    if (slack >= this.#target * FRAME_SAMPLES) return FRAME_SAMPLES;
    if (this.#calmWindows < CALM_WINDOWS || this.#target <= this.#range.minimum || slack < FRAME_SAMPLES) return 0;
    this.#target -= 1;
    this.#calmWindows = 0;
    return FRAME_SAMPLES;
  }

  #late(lateness: number): number {
    this.#earlyInARow = 0;
    this.#lateInARow += 1;
    if (this.#lateInARow === 1) {
      this.#lateEpisodes += 1;
      this.#leastLateness = lateness;
    }
    this.#leastLateness = Math.min(this.#leastLateness, lateness);
    if (this.#lateEpisodes >= LATE_EPISODES && this.#target < this.#range.maximum) {
      this.#target += 1;
      return this.#waitLonger(1);
    }
    if (this.#lateInARow < DRIFTING_PACKETS) return 0;
    return this.#waitLonger(Math.ceil(this.#leastLateness / FRAME_SAMPLES));
  }

  #early(earliness: number): number {
    if (earliness <= 0) {
      this.#earlyInARow = 0;
      return 0;
    }
    this.#leastEarliness = this.#earlyInARow === 0 ? earliness : Math.min(this.#leastEarliness, earliness);
    this.#earlyInARow += 1;
    if (this.#earlyInARow < EARLY_PACKETS) return 0;
    this.#earlyInARow = 0;
    return this.#leastEarliness + EARLY_FRAMES * FRAME_SAMPLES;
  }

  #waitLonger(frames: number): number {
    this.#calmWindows = 0;
    this.#lateInARow = 0;
    this.#newWindow();
    return -frames * FRAME_SAMPLES;
  }

  #newWindow(): void {
    this.#windowTicks = 0;
    this.#lateEpisodes = 0;
    this.#leastLead = Infinity;
  }
}
