import { decode, encode, FRAME_SAMPLES, SILENCE_CODE, type Law } from '#media/audio/g711.ts';

const SILENT_CODES: Readonly<Record<Law, Uint8Array>> = {
  PCMU: new Uint8Array(FRAME_SAMPLES).fill(SILENCE_CODE.PCMU),
  PCMA: new Uint8Array(FRAME_SAMPLES).fill(SILENCE_CODE.PCMA),
};

/**
 * 20 ms on its way through a channel, as codes, as linear samples, or both. It is converted only when someone needs the other form, so
 * that what passes a bridge untouched leaves with the very codes it came with.
 */
export class AudioFrame {
  #codes: Uint8Array = SILENT_CODES.PCMU;
  /** Made when somebody needs them: most frames pass as codes. */
  #made: Int16Array | undefined;
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

  /** Takes 160 codes as they came. They are referred to, not copied: they must stay until the next frame is taken. */
  setCodes(law: Law, codes: Uint8Array): void {
    this.#codes = codes;
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
    this.#codes = SILENT_CODES[law];
    this.#law = law;
    this.#codesValid = true;
    this.#samplesValid = false;
    this.gap = 0;
    this.fresh = false;
    this.received = false;
  }

  /** The codes in `law`, to read; undefined when there are none: the frame has samples. */
  codes(law: Law): Uint8Array | undefined {
    return this.#codesValid && this.#law === law ? this.#codes : undefined;
  }

  /** Linear samples, to read. */
  samples(): Int16Array {
    if (!this.#samplesValid) {
      // our own silence is zeros; the code of it in A-law is not
      if (this.#codes === SILENT_CODES[this.#law]) this.#samples.fill(0);
      else decode(this.#law, this.#codes, 0, FRAME_SAMPLES, this.#samples);
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

  get #samples(): Int16Array {
    return (this.#made ??= new Int16Array(FRAME_SAMPLES));
  }

  /** Writes the codes in `law` into a packet. */
  writeCodes(law: Law, packet: Uint8Array, offset: number): void {
    const codes = this.codes(law);
    if (codes) packet.set(codes, offset);
    else encode(law, this.samples(), FRAME_SAMPLES, packet, offset);
  }
}
