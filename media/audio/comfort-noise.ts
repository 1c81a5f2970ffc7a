/** Comfort noise, RFC 3389: the first byte of its payload is the level below overload in dB; 127 is as quiet as it gets. */

const FULL_SCALE = 32768;
const QUIETEST = 127;
/** Louder than this is no background: some phones send anything. */
const LOUDEST = 40;

/** White noise at a level, the same for the same beginning. */
export class ComfortNoise {
  #state = 0x2545f491;

  /** Fills with noise of so many dB below overload (root mean square). */
  fill(samples: Int16Array, level: number): void {
    const decibels = Math.max(LOUDEST, Math.min(QUIETEST, level));
    // uniform noise between -peak and peak has a mean power of peak^2 / 3
    const peak = FULL_SCALE * 10 ** (-decibels / 20) * Math.sqrt(3);
    for (let i = 0; i < samples.length; i += 1) samples[i] = Math.round(peak * this.#next());
  }

  /** -1 to 1 (xorshift, 32 bits). */
  #next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state / 0x80000000;
  }
}
