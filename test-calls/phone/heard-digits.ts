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

/** Puts event packets together to keys: all packets with one SSRC and timestamp are one key (RFC 4733 §2.5.2.2). */
export class HeardDigits {
  readonly #digits: { -readonly [K in keyof HeardDigit]: HeardDigit[K] }[] = [];
  readonly #onKey: (key: string, atMs: number) => void;
  #last = '';

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
    const name = `${ssrc}/${timestamp}`;
    if (name !== this.#last) {
      this.#last = name;
      this.#digits.push({ key, atMs: arrivalMs, endedMs: undefined, durationMs: 0, packets: 0 });
      this.#onKey(key, arrivalMs);
    }
    const digit = this.#digits.at(-1)!;
    digit.packets++;
    digit.durationMs = Math.max(digit.durationMs, payload.readUInt16BE(2) / 8);
    if (payload[1]! & 0x80) digit.endedMs ??= arrivalMs;
    return true;
  }
}
