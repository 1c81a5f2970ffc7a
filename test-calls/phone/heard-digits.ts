import { digitOfEvent } from '#media/rtp/telephone-event.ts';

/** A key another phone pressed, as an RFC 4733 event; `durationMs` is what its last packet said. */
export interface HeardDigit {
  readonly key: string;
  /** Arrival of its first packet, ms on the `performance.now()` clock. */
  readonly atMs: number;
  /** Arrival of its first packet with the end bit; undefined while it is held or when all of those were lost. */
  readonly endedMs: number | undefined;
  readonly durationMs: number;
  readonly packets: number;
}

/**
 * Puts event packets together to keys: all packets with one SSRC and timestamp are one key (RFC 4733 §2.5.2.2), and so is one that
 * begins where the same key had not yet ended (§2.5.1.3).
 */
export class HeardDigits {
  readonly #digits: { -readonly [K in keyof HeardDigit]: HeardDigit[K] }[] = [];
  readonly #onKey: (key: string, atMs: number) => void;
  /** The event packets belong to now: its stream, its timestamp, its length so far, and what its earlier segments took. */
  #ssrc = -1;
  #timestamp = -1;
  #units = 0;
  #before = 0;

  constructor(onKey: (key: string, atMs: number) => void) {
    this.#onKey = onKey;
  }

  get all(): readonly HeardDigit[] {
    return this.#digits;
  }

  /** @param payload the four bytes of RFC 4733 §2.3; fewer are no event. */
  take(payload: Buffer, ssrc: number, timestamp: number, arrivalMs: number): boolean {
    if (payload.length < 4) return false;
    const key = digitOfEvent(payload[0]!);
    if (key === undefined) return false;
    const last = this.#digits.at(-1);
    if (ssrc !== this.#ssrc || timestamp !== this.#timestamp) {
      const follows = ssrc === this.#ssrc && timestamp === (this.#timestamp + this.#units) >>> 0;
      const goesOn = follows && last?.key === key && last.endedMs === undefined;
      this.#before = goesOn ? this.#before + this.#units : 0;
      [this.#ssrc, this.#timestamp, this.#units] = [ssrc, timestamp, 0];
      if (!goesOn) {
        this.#digits.push({ key, atMs: arrivalMs, endedMs: undefined, durationMs: 0, packets: 0 });
        this.#onKey(key, arrivalMs);
      }
    }
    const digit = this.#digits.at(-1)!;
    digit.packets++;
    this.#units = Math.max(this.#units, payload.readUInt16BE(2));
    digit.durationMs = Math.max(digit.durationMs, (this.#before + this.#units) / 8);
    if (payload[1]! & 0x80) digit.endedMs ??= arrivalMs;
    return true;
  }
}
