import { decode, decodeTable, FRAME_SAMPLES, SILENCE_CODE } from '#media/audio/g711.ts';

/** Room between two writes, a second apart, and for frames that are a little early or late; it grows for those that are more so. */
const FIRST_CAPACITY = 56 * FRAME_SAMPLES;
const SAMPLES = decodeTable('PCMU');
const EMPTY = new Int16Array(0);

/**
 * The samples of one party on their way into a recording: mu-law codes, as they came, until anything else is laid on it; then linear samples.
 * Codes are half as long, and need no decoding frame by frame.
 */
export class Lane {
  #codes: Uint8Array | undefined = new Uint8Array(FIRST_CAPACITY).fill(SILENCE_CODE.PCMU);
  #linear: Int16Array = EMPTY;

  /** Lays a frame of mu-law codes at a position. */
  layCodes(at: number, codes: Uint8Array): void {
    this.reach(at + FRAME_SAMPLES);
    if (this.#codes) this.#codes.set(codes, at);
    else for (let i = 0; i < FRAME_SAMPLES; i += 1) this.#linear[at + i] = SAMPLES[codes[i]!]!;
  }

  /** Lays a frame of samples at a position. */
  lay(at: number, samples: Int16Array): void {
    this.reach(at + FRAME_SAMPLES);
    if (this.#codes) this.#decode(this.#codes);
    this.#linear.set(samples, at);
  }

  /** Makes room up to a position. */
  reach(end: number): void {
    const length = this.#codes?.length ?? this.#linear.length;
    if (end <= length) return;
    const capacity = Math.max(end, 2 * length);
    if (this.#codes) {
      const codes = new Uint8Array(capacity).fill(SILENCE_CODE.PCMU, length);
      codes.set(this.#codes);
      this.#codes = codes;
    } else {
      const linear = new Int16Array(capacity);
      linear.set(this.#linear);
      this.#linear = linear;
    }
  }

  /** Writes samples from a position on into every `stride`-th place of `into`, as many as there are places; they must have been reached. */
  read(from: number, into: Int16Array, first: number, stride: number): void {
    const codes = this.#codes;
    if (codes) for (let at = from, to = first; to < into.length; at += 1, to += stride) into[to] = SAMPLES[codes[at]!]!;
    else for (let at = from, to = first; to < into.length; at += 1, to += stride) into[to] = this.#linear[at]!;
  }

  /** Forgets so many samples from the front: what comes after moves there. */
  drop(count: number): void {
    const all = this.#codes ?? this.#linear;
    all.copyWithin(0, count);
    all.fill(this.#codes ? SILENCE_CODE.PCMU : 0, Math.max(0, all.length - count));
  }

  #decode(codes: Uint8Array): void {
    this.#linear = new Int16Array(codes.length);
    decode('PCMU', codes, 0, codes.length, this.#linear);
    this.#codes = undefined;
  }
}
