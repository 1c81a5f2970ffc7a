import { sequenceDistance, timestampDistance } from './packet.ts';

/** A jump of sequence numbers so far ahead, or back, is a stream that began anew (§A.1). */
const MOST_DROPPED = 3000;
const MOST_MISORDERED = 100;
const MOST_LOST = 0x7fffff;

/** What of one stream came, and how evenly: RFC 3550 §A.1 (sequence numbers), §A.3 (loss), §A.8 (jitter). */
export class Reception {
  /** How fast its timestamps count. */
  unitsPerMs = 8;
  #ssrc = -1;
  #base = 0;
  #highest = 0;
  #cycles = 0;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  /** The sequence number that would follow after a jump. */
  #afterJump = -1;
  #transit = 0;
  #hasTransit = false;
  #jitter16 = 0;
  #leastJitter = Infinity;
  #mostJitter = 0;

  /** The stream's source; -1: nothing came yet. */
  get ssrc(): number {
    return this.#ssrc;
  }

  get highestSequence(): number {
    return (this.#cycles * 65536 + this.#highest) >>> 0;
  }

  /** In timestamp units. */
  get jitter(): number {
    return Math.floor(this.#jitter16 / 16);
  }

  /** Milliseconds. */
  get jitterRange(): { least: number; most: number } {
    const ms = (units16: number): number => units16 / 16 / this.unitsPerMs;
    return { least: this.#leastJitter === Infinity ? 0 : ms(this.#leastJitter), most: ms(this.#mostJitter) };
  }

  get expected(): number {
    return this.#ssrc < 0 ? 0 : this.#cycles * 65536 + this.#highest - this.#base + 1;
  }

  get received(): number {
    return this.#received;
  }

  get lost(): number {
    return this.expected - this.#received;
  }

  /** A packet came at `nowMs`. `timed`: its timestamp is that of its sending (audio; a telephone event's is not). */
  packet(ssrc: number, sequence: number, timestamp: number, timed: boolean, nowMs: number): void {
    if (ssrc !== this.#ssrc) this.#begin(ssrc, sequence);
    else if (!this.#follows(sequence)) return;
    this.#received += 1;
    if (timed) this.#arrived(timestamp, nowMs);
  }

  /** What the next report says is lost since the last one: `fraction` in 1/256. */
  report(): { fraction: number; cumulative: number } {
    const expected = this.expected - this.#expectedBefore;
    const received = this.#received - this.#receivedBefore;
    this.#expectedBefore = this.expected;
    this.#receivedBefore = this.#received;
    const lost = expected - received;
    const fraction = expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected));
    return { fraction, cumulative: Math.max(-MOST_LOST - 1, Math.min(MOST_LOST, this.lost)) };
  }

  #begin(ssrc: number, sequence: number): void {
    this.#ssrc = ssrc;
    this.#base = sequence;
    this.#highest = sequence;
    this.#cycles = 0;
    this.#received = 0;
    this.#expectedBefore = 0;
    this.#receivedBefore = 0;
    this.#afterJump = -1;
    this.#hasTransit = false;
    this.#jitter16 = 0;
  }

  /** False: far away from what came so far, and not to be counted before a second one confirms it. */
  #follows(sequence: number): boolean {
    const ahead = sequenceDistance(sequence, this.#highest);
    if (ahead >= 0 && ahead < MOST_DROPPED) {
      if (sequence < this.#highest) this.#cycles += 1;
      this.#highest = sequence;
    } else if (ahead < -MOST_MISORDERED || ahead >= MOST_DROPPED) {
      if (sequence !== this.#afterJump) {
        this.#afterJump = (sequence + 1) & 0xffff;
        return false;
      }
      this.#begin(this.#ssrc, sequence);
    }
    return true;
  }

  #arrived(timestamp: number, nowMs: number): void {
    const transit = (Math.round(nowMs * this.unitsPerMs) - timestamp) | 0;
    const difference = Math.abs(timestampDistance(transit, this.#transit));
    this.#transit = transit;
    if (!this.#hasTransit) {
      this.#hasTransit = true;
      return;
    }
    this.#jitter16 += difference - ((this.#jitter16 + 8) >> 4);
    this.#leastJitter = Math.min(this.#leastJitter, this.#jitter16);
    this.#mostJitter = Math.max(this.#mostJitter, this.#jitter16);
  }
}
