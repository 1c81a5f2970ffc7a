import { FRAME_SAMPLES } from '#media/audio/g711.ts';

/** 20 ms of a received stream, as codes. */
export type HeardFrame = {
  /** 160 codes; the object and its bytes are used again for the next frame. */
  readonly codes: Uint8Array;
  /** Samples the sender left out (or the network lost) directly before this frame. */
  gap: number;
  /** The first frame of a stream or of a new schedule: what was before is unrelated. */
  fresh: boolean;
};

const CAPACITY = 8 * FRAME_SAMPLES;

/** Cuts payloads of any length (10, 20, 30, ... ms) into frames of 20 ms. G.711 has a byte for a sample, so bytes can be cut anywhere. */
export class FrameAssembler {
  readonly #pending = new Uint8Array(CAPACITY);
  readonly #frame: HeardFrame = { codes: new Uint8Array(FRAME_SAMPLES), gap: 0, fresh: false };
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

  /** Appends a payload; what does not fit (over 160 ms at once) is cut off. */
  put(bytes: Uint8Array, offset: number, length: number, gap: number, fresh: boolean): void {
    if (fresh || gap > 0) {
      // the rest of a cut packet before a gap is not worth a frame of its own
      this.#gap = gap + this.#count;
      this.#count = 0;
      this.#fresh ||= fresh;
    }
    const fits = Math.min(length, CAPACITY - this.#count);
    const pending = this.#pending;
    for (let i = 0; i < fits; i += 1) pending[this.#count + i] = bytes[offset + i]!;
    this.#count += fits;
  }

  /** The next frame. Only to be called when `full`. */
  take(): HeardFrame {
    const frame = this.#frame;
    frame.codes.set(this.#pending.subarray(0, FRAME_SAMPLES));
    frame.gap = this.#gap;
    frame.fresh = this.#fresh;
    this.#gap = 0;
    this.#fresh = false;
    this.#count -= FRAME_SAMPLES;
    if (this.#count > 0) this.#pending.copyWithin(0, FRAME_SAMPLES, FRAME_SAMPLES + this.#count);
    return frame;
  }

  clear(): void {
    this.#count = 0;
    this.#gap = 0;
    this.#fresh = false;
  }
}
