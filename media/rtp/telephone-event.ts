import { timestampDistance, type RtpPacket } from './packet.ts';

/**
 * Telephone events, RFC 4733 §2.3:
 *
 *     |     event     |E|R| volume    |          duration             |
 *
 * All packets of one event carry the timestamp of its start; the last one is sent three times with E set. A receiver counts an event
 * once, by its timestamp, also when repetitions, or all three ends, are lost (§2.5.1.4, §2.5.2.2).
 */

export const EVENT_BYTES = 4;
const DIGITS = '0123456789*#ABCD';
const END = 0x80;
const VOLUME = 0x3f;

/** The digit of an event code 0-15; undefined for flash, tones and other codes. */
export const digitOfEvent = (code: number): string | undefined => DIGITS[code];

/** The event code of a digit (`a`-`d` too); undefined when it is none. */
export const eventOfDigit = (digit: string): number | undefined => {
  const code = DIGITS.indexOf(digit.toUpperCase());
  return digit.length === 1 && code >= 0 ? code : undefined;
};

export function writeEvent(
  bytes: Uint8Array,
  offset: number,
  code: number,
  end: boolean,
  volume: number,
  duration: number,
): void {
  bytes[offset] = code;
  bytes[offset + 1] = (end ? END : 0) | (volume & VOLUME);
  bytes[offset + 2] = duration >>> 8;
  bytes[offset + 3] = duration;
}

/** A digit that was pressed: `duration` in timestamp units (8 per millisecond). */
export type HeardDigit = { readonly digit: string; readonly duration: number; readonly timestamp: number };

/** Silence after the last packet of an event that means its ends were lost, in milliseconds. */
const LOST_END_MS = 100;
/** An event is full, and goes on as another segment, near 65535 units. */
const LONG_EVENT_UNITS = 0xf000;
/** Timestamps this near to the last event's start or before it are repetitions or stragglers of it. */
const STRAGGLER_UNITS = 8000;

/** Hears events of one stream. Every call returns the digit that became complete, if one did. */
export class TelephoneEventReceiver {
  #code = -1;
  #timestamp = 0;
  #duration = 0;
  #open = false;
  #known = false;
  #lastPacketMs = 0;

  /** A packet of the telephone-event payload type, received at `nowMs`. */
  packet(header: RtpPacket, bytes: Uint8Array, nowMs: number): HeardDigit | undefined {
    if (header.length < EVENT_BYTES) return undefined;
    const code = bytes[header.offset]!;
    const end = (bytes[header.offset + 1]! & END) !== 0;
    const duration = (bytes[header.offset + 2]! << 8) | bytes[header.offset + 3]!;
    const distance = timestampDistance(header.timestamp, this.#timestamp);
    if (this.#known && distance === 0) {
      if (!this.#open) return undefined;
      // §2.5.2.2: duration only grows; a reordered packet carries a shorter one
      this.#duration = Math.max(this.#duration, duration);
      this.#lastPacketMs = nowMs;
      return end ? this.#finish() : undefined;
    }
    if (this.#known && distance < 0 && distance > -STRAGGLER_UNITS) return undefined;
    if (this.#open && code === this.#code && this.#isNextSegment(distance)) {
      this.#timestamp = header.timestamp;
      this.#lastPacketMs = nowMs;
      return end ? this.#finish() : undefined;
    }
    // A new event began; the former one never ended: all its end packets were lost.
    const former = this.#open ? this.#finish() : undefined;
    this.#known = true;
    this.#open = true;
    this.#code = code;
    this.#timestamp = header.timestamp;
    this.#duration = duration;
    this.#lastPacketMs = nowMs;
    if (!end) return former;
    // Two digits in one packet's time cannot be returned at once; the end is repeated, so the second comes with its repetition.
    if (former) return former;
    return this.#finish();
  }

  /** Called at least every 20 ms: completes an event whose end packets were all lost. */
  tick(nowMs: number): HeardDigit | undefined {
    return this.#open && nowMs - this.#lastPacketMs >= LOST_END_MS ? this.#finish() : undefined;
  }

  /** The stream began anew (another SSRC): its timestamps mean nothing to the former ones. */
  reset(): HeardDigit | undefined {
    const former = this.#open ? this.#finish() : undefined;
    this.#known = false;
    return former;
  }

  /** §2.5.1.3: a key held longer than 65535 units goes on as a new segment that starts where the full one stops. */
  #isNextSegment(distance: number): boolean {
    return this.#duration >= LONG_EVENT_UNITS && Math.abs(distance - 0xffff) <= 0xffff - LONG_EVENT_UNITS;
  }

  #finish(): HeardDigit | undefined {
    this.#open = false;
    const digit = digitOfEvent(this.#code);
    return digit === undefined ? undefined : { digit, duration: this.#duration, timestamp: this.#timestamp };
  }
}
