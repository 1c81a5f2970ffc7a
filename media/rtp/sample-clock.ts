import { timestampDistance } from './packet.ts';

/**
 * Timestamps of a clock faster than 8 kHz as samples of 8 kHz. They go on where the faster clock begins again at 0, which is no multiple of
 * the factor.
 */
export class SampleClock {
  readonly #unitsPerSample: number;
  #ssrc = -1;
  #units = 0;
  #samples = 0;

  constructor(unitsPerSample: number) {
    this.#unitsPerSample = unitsPerSample;
  }

  /** 32 bits, as timestamps are. */
  samples(ssrc: number, timestamp: number): number {
    if (ssrc !== this.#ssrc) {
      this.#ssrc = ssrc;
      this.#units = timestamp;
      this.#samples = Math.floor(timestamp / this.#unitsPerSample);
    }
    const steps = Math.floor(timestampDistance(timestamp, this.#units) / this.#unitsPerSample);
    const samples = (this.#samples + steps) >>> 0;
    if (steps > 0) {
      this.#units = (this.#units + steps * this.#unitsPerSample) >>> 0;
      this.#samples = samples;
    }
    return samples;
  }
}
