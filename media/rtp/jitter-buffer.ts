import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { FrameAssembler, type HeardFrame } from './frame-assembler.ts';
import { sequenceDistance, timestampDistance, type RtpPacket } from './packet.ts';
import { giveRoom, takeRoom } from './payloads.ts';
import { PlayoutDepth, type DepthRange } from './playout-depth.ts';

/**
 * Brings a stream of RTP packets to the 20 ms clock without losing any of it.
 *
 *     arrival   1  2  3        4567   8  9
 *     tick      |  |  1  2  3  .  45 67  8  9        (. nothing yet; two frames a tick until the schedule is met again)
 *
 * The schedule is kept in the sender's own timestamps: each tick makes 160 more samples due. A frame that comes after its time is not
 * dropped, it goes out at the next tick, two a tick at most, so that a stalled sender (or a stalled machine) delays audio for a moment but
 * never removes any. Only a packet that is still missing when a later one is due counts as lost.
 * The depth (how long before it is due a packet arrives) adapts between `minimum` and `maximum` frames.
 */

const DEPTH: DepthRange = { minimum: 1, initial: 2, maximum: 3 };

const SLOTS = 128;
const MASK = SLOTS - 1;
const VACANT = -1;
const MOST_FRAMES_A_TICK = 2;
/** A packet this many ticks off the schedule belongs to a new one (a phone that restarted its timestamps, a long silence). */
const RESYNC_TICKS = 100;

export class JitterBuffer {
  readonly #depth: PlayoutDepth;
  /** Payloads that wait; null where a packet carries no sound. */
  readonly #payload = new Array<Uint8Array | null>(SLOTS).fill(null);
  /** Of each slot the payload's length, VACANT when there is no packet, and its timestamp: side by side, as they are asked for together. */
  readonly #slots = new Int32Array(2 * SLOTS).fill(VACANT);
  readonly #frames = new FrameAssembler();
  /** The payload that the frame before refers to. */
  #lent: Uint8Array | null = null;
  #ssrc = -1;
  #expected = 0;
  #held = 0;
  #started = false;
  #waited = 0;
  #due = 0;
  #endOfLast = 0;
  #fresh = true;
  #outThisTick = 0;

  /** Packets that never came, came twice or too late, and starts of a new schedule. */
  readonly counts = { lost: 0, duplicate: 0, late: 0, resync: 0 };

  constructor(range: DepthRange = DEPTH) {
    this.#depth = new PlayoutDepth(range);
  }

  /** Packets waiting. */
  get held(): number {
    return this.#held;
  }

  /** Frames of waiting the buffer currently aims at. */
  get target(): number {
    return this.#depth.target;
  }

  /**
   * Takes in a packet. `audio` false: a packet of the same stream that carries no sound (a telephone event), which only keeps its place.
   * The payload is copied: the bytes are the caller's again afterwards.
   */
  put(packet: RtpPacket, bytes: Uint8Array, audio: boolean): void {
    if (packet.ssrc !== this.#ssrc) this.#begin(packet);
    let ahead = sequenceDistance(packet.sequence, this.#expected);
    if (ahead < 0 && !this.#started && ahead > -16) {
      this.#expected = packet.sequence; // the first packets came out of order
      ahead = 0;
    }
    if (ahead < 0 && ahead > -SLOTS) {
      this.counts.late += 1;
      return;
    }
    if (ahead < 0 || ahead >= SLOTS) {
      this.#begin(packet);
    }
    const slot = packet.sequence & MASK;
    if (this.#isTaken(slot)) {
      this.counts.duplicate += 1;
      return;
    }
    if (audio) this.#keep(slot, bytes, packet);
    this.#slots[2 * slot] = packet.length;
    this.#slots[2 * slot + 1] = packet.timestamp;
    this.#held += 1;
    if (audio && this.#started) this.#shift(this.#depth.arrived(timestampDistance(packet.timestamp, this.#due)));
  }

  /** The next 20 ms begin. After it, `next` is called until it returns undefined. */
  tick(): void {
    this.#outThisTick = 0;
    if (this.#started) {
      this.#shift(FRAME_SAMPLES + this.#depth.tick());
      return;
    }
    if (this.#held === 0) return;
    this.#waited += 1;
    if (this.#held < this.#depth.target && this.#waited <= this.#depth.target) return;
    this.#started = true;
    const first = this.#firstTaken();
    // packets that came in a bunch have waited already: what is more than the depth is due at once
    const waiting = Math.max(0, this.#held - this.#depth.target) * this.#slots[2 * first]!;
    this.#due = (this.#timestampOf(first) + FRAME_SAMPLES + waiting) >>> 0;
  }

  /** A frame that is due now, or undefined. The object is the buffer's own and is overwritten by the next call. */
  next(): HeardFrame | undefined {
    if (!this.#started || this.#outThisTick >= MOST_FRAMES_A_TICK) return undefined;
    if (this.#outThisTick > 0 && !this.#behind()) return undefined;
    while (!this.#frames.full) if (!this.#feed()) return undefined;
    this.#outThisTick += 1;
    return this.#frames.take();
  }

  /** How long packets wait from now on, in frames of 20 ms; undefined: as at first. */
  bound(range: DepthRange = DEPTH): void {
    const shift = this.#depth.bound(range);
    if (this.#started) this.#shift(shift);
  }

  /** Forgets everything: the next packet starts a new stream. */
  reset(): void {
    this.#clear();
    this.#ssrc = -1;
  }

  /** `due` is the end of the span that may be played: a packet that starts before it is due. */
  #lead(timestamp: number): number {
    return timestampDistance(timestamp, this.#due) + FRAME_SAMPLES;
  }

  /** Is a frame more overdue, so that a second one may go out in this tick? */
  #behind(): boolean {
    if (this.#frames.full) return timestampDistance(this.#endOfLast, this.#due) < this.#frames.count;
    return this.#held > 0 && this.#lead(this.#timestampOf(this.#firstTaken())) < FRAME_SAMPLES;
  }

  /** Moves the next due packet into the assembler. */
  #feed(): boolean {
    while (this.#held > 0) {
      const slot = this.#firstTaken();
      const audio = this.#payload[slot] !== null;
      const timestamp = this.#timestampOf(slot);
      if (audio && Math.abs(this.#lead(timestamp)) > RESYNC_TICKS * FRAME_SAMPLES) this.#startOver(timestamp);
      if (slot !== (this.#expected & MASK)) {
        // something before it is missing: wait for that as long as there is time
        if (this.#lead(timestamp) >= FRAME_SAMPLES) return false;
        const missing = (slot - this.#expected) & MASK;
        this.counts.lost += missing;
        this.#expected = (this.#expected + missing) & 0xffff;
      }
      if (audio) {
        if (this.#lead(timestamp) >= FRAME_SAMPLES) return false;
        this.#release(slot);
        return true;
      }
      this.#pass(slot); // a packet without sound only used up its sequence number
    }
    return false;
  }

  /** The sender's timestamps jumped: a new schedule from this packet on. */
  #startOver(timestamp: number): void {
    this.counts.resync += 1;
    this.#due = (timestamp + (2 - this.#depth.target) * FRAME_SAMPLES) >>> 0;
    this.#fresh = true;
    this.#frames.clear();
  }

  #release(slot: number): void {
    const timestamp = this.#timestampOf(slot);
    const length = this.#slots[2 * slot]!;
    const payload = this.#payload[slot]!;
    const gap = this.#fresh ? 0 : Math.max(0, timestampDistance(timestamp, this.#endOfLast));
    if (this.#frames.put(payload, length, gap, this.#fresh)) {
      if (this.#lent) giveRoom(this.#lent);
      this.#lent = payload;
    } else giveRoom(payload);
    this.#payload[slot] = null;
    this.#fresh = false;
    this.#endOfLast = (timestamp + length) >>> 0;
    this.#pass(slot);
  }

  #keep(slot: number, bytes: Uint8Array, { offset, length }: RtpPacket): void {
    const room = takeRoom(length);
    for (let i = 0; i < length; i += 1) room[i] = bytes[offset + i]!;
    this.#payload[slot] = room;
  }

  #isTaken(slot: number): boolean {
    return this.#slots[2 * slot] !== VACANT;
  }

  #timestampOf(slot: number): number {
    return this.#slots[2 * slot + 1]! >>> 0;
  }

  #pass(slot: number): void {
    this.#slots[2 * slot] = VACANT;
    this.#held -= 1;
    this.#expected = (this.#expected + 1) & 0xffff;
  }

  /** Slot of the first packet held, whether or not one before it is missing. */
  #firstTaken(): number {
    let slot = this.#expected & MASK;
    for (let n = 0; n < SLOTS && !this.#isTaken(slot); n += 1) slot = (slot + 1) & MASK;
    return slot;
  }

  #shift(samples: number): void {
    this.#due = (this.#due + samples) >>> 0;
  }

  #begin(packet: RtpPacket): void {
    if (this.#ssrc !== -1) this.counts.resync += 1;
    this.#clear();
    this.#ssrc = packet.ssrc;
    this.#expected = packet.sequence;
  }

  #clear(): void {
    for (let slot = 0; slot < SLOTS && this.#held > 0; slot += 1) {
      const payload = this.#payload[slot];
      if (payload) giveRoom(payload);
      this.#payload[slot] = null;
    }
    this.#slots.fill(VACANT);
    this.#frames.clear();
    this.#held = 0;
    this.#started = false;
    this.#waited = 0;
    this.#fresh = true;
    this.#depth.restart();
  }
}
