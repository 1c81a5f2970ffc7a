import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { WavWriter } from '#media/audio/wav-writer.ts';
import { clip } from './level.ts';

const FLUSH_FRAMES = 40;

/** All voices of a conference, clipped to 16 bits, in one mono WAV file at 8 kHz. */
export class ConferenceRecording {
  readonly path: string;
  paused = false;
  readonly #writer: WavWriter;
  readonly #pending = new Int16Array(FLUSH_FRAMES * FRAME_SAMPLES);
  #count = 0;
  #position = 0;

  /** @throws the system's error */
  constructor(path: string) {
    this.path = path;
    this.#writer = new WavWriter(path, { channels: 1, rate: 8000 });
  }

  /** Samples in the file. */
  get length(): number {
    return this.#writer.length;
  }

  /** 20 ms. @throws the system's error */
  put(sum: Int32Array): void {
    if (this.paused) return;
    const at = this.#count * FRAME_SAMPLES;
    for (let i = 0; i < FRAME_SAMPLES; i += 1) this.#pending[at + i] = clip(sum[i]!);
    this.#count += 1;
    if (this.#count === FLUSH_FRAMES) this.#flush();
  }

  /** Writes what is left and closes. @throws the system's error, with the file closed nevertheless */
  close(): void {
    try {
      this.#flush();
    } finally {
      this.#writer.close();
    }
  }

  #flush(): void {
    const samples = this.#count * FRAME_SAMPLES;
    this.#count = 0;
    if (samples > 0) this.#writer.write(this.#position, this.#pending.subarray(0, samples));
    this.#position += samples;
  }
}
