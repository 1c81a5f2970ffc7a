import { decode, encode, FRAME_SAMPLES, SILENCE_CODE, type Law } from '#media/audio/g711.ts';

/**
 * 20 ms on its way through a channel, as codes, as linear samples, or both. It is converted only when someone needs the other form, so
 * that what passes a bridge untouched leaves with the very codes it came with.
 */
export class AudioFrame {
  readonly #codes = new Uint8Array(FRAME_SAMPLES);
  readonly #samples = new Int16Array(FRAME_SAMPLES);
  #law: Law = 'PCMU';
  #codesValid = false;
  #samplesValid = false;
  /** Samples missing directly before this frame. */
  gap = 0;
  /** Nothing connects this frame with the one before it. */
  fresh = false;
  /** It was heard from a party: it follows the frame before it, however late it is. Otherwise it was made for this very moment. */
  received = false;
  /** It stands in place of one that was lost. */
  concealed = false;

  /** Takes codes as they came. */
  setCodes(law: Law, codes: Uint8Array): void {
    this.#codes.set(codes);
    this.#law = law;
    this.#codesValid = true;
    this.#samplesValid = false;
    this.gap = 0;
    this.fresh = false;
    this.received = true;
  }

  /** The samples, to be filled by the caller: everything held before is void. */
  fill(): Int16Array {
    this.#codesValid = false;
    this.#samplesValid = true;
    this.gap = 0;
    this.fresh = false;
    this.received = false;
    return this.#samples;
  }

  /** Makes it silent where it stands: gap and freshness stay. */
  mute(): void {
    this.#samples.fill(0);
    this.#samplesValid = true;
    this.#codesValid = false;
  }

  setSilence(law: Law): void {
    this.#codes.fill(SILENCE_CODE[law]);
    this.#samples.fill(0);
    this.#law = law;
    this.#codesValid = true;
    this.#samplesValid = true;
    this.gap = 0;
    this.fresh = false;
    this.received = false;
  }

  /** Linear samples, to read. */
  samples(): Int16Array {
    if (!this.#samplesValid) {
      decode(this.#law, this.#codes, 0, FRAME_SAMPLES, this.#samples);
      this.#samplesValid = true;
    }
    return this.#samples;
  }

  /** Linear samples, to change: the codes are made anew afterwards. */
  change(): Int16Array {
    const samples = this.samples();
    this.#codesValid = false;
    return samples;
  }

  /** Writes the codes in `law` into a packet. */
  writeCodes(law: Law, packet: Uint8Array, offset: number): void {
    if (this.#codesValid && this.#law === law) packet.set(this.#codes, offset);
    else encode(law, this.samples(), FRAME_SAMPLES, packet, offset);
  }
}
