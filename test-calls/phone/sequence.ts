/** What the sequence numbers of one SSRC told: RFC 3550 appendix A.1, without its probation. */
export class Sequence {
  readonly ssrc: number;
  readonly #first: number;
  #highest: number;
  #seen = new Uint8Array(4096);
  #packets = 0;
  #duplicates = 0;
  #reordered = 0;

  constructor(ssrc: number, sequence: number) {
    this.ssrc = ssrc;
    this.#first = sequence;
    this.#highest = sequence - 1;
  }

  /** Counts one packet; false for one that came before. */
  take(sequence: number): boolean {
    let step = (sequence - this.#highest) & 0xffff;
    if (step >= 0x8000) step -= 0x10000;
    const extended = this.#highest + step;
    const index = extended - this.#first;
    if (index >= this.#seen.length) {
      const seen = this.#seen;
      this.#seen = new Uint8Array(index * 2);
      this.#seen.set(seen);
    }
    if (index >= 0 && this.#seen[index]) {
      this.#duplicates++;
      return false;
    }
    if (step <= 0) this.#reordered++;
    this.#highest = Math.max(this.#highest, extended);
    if (index >= 0) {
      this.#seen[index] = 1;
      this.#packets++;
    }
    return true;
  }

  /** Packets that other packets prove to have been sent and that never came. */
  get lost(): number {
    return this.#highest - this.#first + 1 - this.#packets;
  }

  /** Packets that came a second time. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Packets that came after a later one. */
  get reordered(): number {
    return this.#reordered;
  }
}
