import { ComfortNoise } from '#media/audio/comfort-noise.ts';
import { Concealer, MOST_CONCEALED } from '#media/audio/concealer.ts';
import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { AudioFrame } from './audio-frame.ts';
import type { RtpLeg } from './rtp-leg.ts';

/**
 * What a party said, made whole for those who want samples: lost frames are concealed, pauses with comfort noise are quiet noise. It is
 * begun with the first loss of a call (whose own place stays silent), so that it costs nothing where nothing is lost.
 *
 * In a bridge that nobody listens to, gaps stay gaps: the phone at its other end sees them in the timestamps and conceals them itself.
 */
export class Mending {
  readonly #leg: RtpLeg;
  readonly #frame = new AudioFrame();
  #concealer: Concealer | undefined;
  #noise: ComfortNoise | undefined;
  #lostBefore = 0;
  #noisy = false;

  constructor(leg: RtpLeg) {
    this.#leg = leg;
  }

  /**
   * A frame came from the network. Those before it that were lost are made, given to `hear` each, and taken off its gap. `wanted`: somebody
   * wants samples.
   */
  came(frame: AudioFrame, wanted: boolean, hear: (frame: AudioFrame) => void): void {
    if (this.#noisy) {
      // the time of the pause was filled with noise already
      this.#noisy = false;
      frame.gap = 0;
      frame.fresh = true;
    }
    const { lost } = this.#leg.jitter.counts;
    const missing = lost - this.#lostBefore;
    this.#lostBefore = lost;
    if (!this.#concealer) {
      if (missing > 0 && wanted) this.#concealer = new Concealer();
      return;
    }
    if (!wanted || frame.fresh || (frame.gap > 0 && missing === 0)) this.#concealer.forget();
    if (!wanted) return;
    for (let n = Math.min(missing, MOST_CONCEALED); n > 0 && frame.gap >= FRAME_SAMPLES; n -= 1) {
      if (!this.#concealer.conceal(this.#frame.fill())) break;
      this.#frame.received = true;
      this.#frame.concealed = true;
      frame.gap -= FRAME_SAMPLES;
      hear(this.#frame);
    }
    this.#concealer.came(this.#concealer.inARow > 0 ? frame.change() : frame.samples());
  }

  /** Nothing came in this tick: 20 ms of noise, if the party said that there is some and all it said before was heard. */
  pause(hear: (frame: AudioFrame) => void): void {
    const { comfortLevel, jitter } = this.#leg;
    if (comfortLevel < 0 || jitter.held > 0) return;
    this.#noise ??= new ComfortNoise();
    this.#noise.fill(this.#frame.fill(), comfortLevel);
    this.#frame.concealed = false;
    this.#noisy = true;
    hear(this.#frame);
  }
}
