import { eventOfDigit } from './telephone-event.ts';

/** One packet of an event to be sent in this tick. */
export type EventPacket = { code: number; end: boolean; marker: boolean; duration: number; newEvent: boolean };

const UNITS_A_TICK = 160;
/** RFC 4733 §2.5.1.4: the final packet is sent three times. */
const END_REPETITIONS = 3;
/** Silence between two digits, in ticks of 20 ms. */
const GAP_TICKS = 4;
export const DEFAULT_DIGIT_UNITS = 2000;
const SHORTEST_UNITS = 400;
const LONGEST_UNITS = 192_000;

type Step = { readonly code: number; readonly ticks: number } | { readonly pauseTicks: number };

/** Digits waiting to be sent as telephone events, one packet each 20 ms. */
export class TelephoneEventSender {
  readonly #steps: Step[] = [];
  #elapsed = 0;
  #ends = 0;
  readonly #packet: EventPacket = { code: 0, end: false, marker: false, duration: 0, newEvent: false };

  /** An event or a pause between digits is under way: no audio is sent meanwhile. */
  get active(): boolean {
    return this.#steps.length > 0;
  }

  /** `duration` in timestamp units (8 per ms), clamped to 50 ms - 24 s. False when it is no digit. `w`, `W`: pauses of 0.5 and 1 s. */
  push(digit: string, duration = DEFAULT_DIGIT_UNITS): boolean {
    if (digit === 'w' || digit === 'W') {
      this.#steps.push({ pauseTicks: digit === 'w' ? 25 : 50 });
      return true;
    }
    const code = eventOfDigit(digit);
    if (code === undefined) return false;
    const units = Math.min(LONGEST_UNITS, Math.max(SHORTEST_UNITS, duration));
    this.#steps.push({ code, ticks: Math.ceil(units / UNITS_A_TICK) }, { pauseTicks: GAP_TICKS });
    return true;
  }

  /** Once every 20 ms: the packet to send now, or undefined in a pause. The object is used again. */
  tick(): EventPacket | undefined {
    const step = this.#steps[0];
    if (!step) return undefined;
    this.#elapsed += 1;
    if ('pauseTicks' in step) {
      if (this.#elapsed >= step.pauseTicks) this.#next();
      return undefined;
    }
    const packet = this.#packet;
    packet.code = step.code;
    packet.newEvent = this.#elapsed === 1;
    packet.marker = packet.newEvent;
    packet.end = this.#elapsed >= step.ticks;
    packet.duration = Math.min(0xffff, Math.min(this.#elapsed, step.ticks) * UNITS_A_TICK);
    if (packet.end) {
      this.#ends += 1;
      if (this.#ends >= END_REPETITIONS) this.#next();
    }
    return packet;
  }

  #next(): void {
    this.#steps.shift();
    this.#elapsed = 0;
    this.#ends = 0;
  }
}
