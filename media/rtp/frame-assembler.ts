import { FRAME_SAMPLES } from '#media/audio/g711.ts';

/** 20 ms of a received stream, as codes. */
export type HeardFrame = {
  /** 160 codes; the object is used again for the next frame, and so may be its bytes. */
  codes: Uint8Array;
  /** Samples the sender left out (or the network lost) directly before this frame. */
  gap: number;
  /** The first frame of a stream or of a new schedule: what was before is unrelated. */
  fresh: boolean;
};

const CAPACITY = 8 * FRAME_SAMPLES;
const NONE = new Uint8Array(0);

/** Cuts payloads of any length (10, 20, 30, ... ms) into frames of 20 ms. G.711 has a byte for a sample, so bytes can be cut anywhere. */
export class FrameAssembler {
  /** Made for the first packet that is not one frame: most are. */
  #pending: Uint8Array = NONE;
  readonly #cut = new Uint8Array(FRAME_SAMPLES);
  readonly #frame: HeardFrame = { codes: this.#cut, gap: 0, fresh: false };
  #whole: Uint8Array | undefined;
  #count = 0;
  #gap = 0;
  #fresh = false;

  /** A whole frame can be taken. */
  get full(): boolean {
    return this.#count >= FRAME_SAMPLES;
  }

  /** Codes waiting to be taken. */
  get count(): number {
    return this.#count;
  }

  /**
   * Appends a payload of `length` bytes; what does not fit (over 160 ms at once) is cut off. True when it is a frame by itself: then the
   * bytes are not copied, and must stay until the next frame is taken.
   */
  put(bytes: Uint8Array, length: number, gap: number, fresh: boolean): boolean {
    if (fresh || gap > 0) {
      // the rest of a cut packet before a gap is not worth a frame of its own
      this.#gap = gap + this.#count;
      this.#count = 0;
      this.#fresh ||= fresh;
    }
    if (this.#count === 0 && length === FRAME_SAMPLES) {
      this.#whole = bytes;
      this.#count = length;
      return true;
    }
    if (this.#pending === NONE) this.#pending = new Uint8Array(CAPACITY);
    const pending = this.#pending;
    const fits = Math.min(length, CAPACITY - this.#count);
    for (let i = 0; i < fits; i += 1) pending[this.#count + i] = bytes[i]!;
    this.#count += fits;
    return false;
  }

  /** The next frame. Only to be called when `full`. */
  take(): HeardFrame {
    const frame = this.#frame;
    if (this.#whole) frame.codes = this.#whole;
    else {
      this.#cut.set(this.#pending.subarray(0, FRAME_SAMPLES));
      frame.codes = this.#cut;
    }
    frame.gap = this.#gap;
    frame.fresh = this.#fresh;
    this.#gap = 0;
    this.#fresh = false;
    this.#count -= FRAME_SAMPLES;
    if (this.#count > 0) this.#pending.copyWithin(0, FRAME_SAMPLES, FRAME_SAMPLES + this.#count);
    this.#whole = undefined;
    return frame;
  }

  clear(): void {
    this.#count = 0;
    this.#whole = undefined;
    this.#gap = 0;
    this.#fresh = false;
  }
}
