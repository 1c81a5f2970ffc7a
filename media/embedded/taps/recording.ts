import { WavWriter } from '#media/audio/wav-writer.ts';
import { FRAME_SAMPLES, SILENCE_CODE } from '#media/audio/g711.ts';
import type { AudioFrame } from '#media/embedded/audio-frame.ts';
import type { Tap } from './tap.ts';
import { Timeline, type Side } from './timeline.ts';

/** How a recording is made (RECORD_STEREO and its kin). */
export type RecordingShape = {
  readonly stereo: boolean;
  /** Swap the sides: left what the party hears. */
  readonly swap: boolean;
  /** Only one side is recorded. */
  readonly only: 'heard' | 'spoken' | null;
  /** Ends by itself after so many seconds; 0 is never. */
  readonly limitSeconds: number;
};

export type RecordingEnd = 'stopped' | 'limit' | 'failed';

/**
 * Ticks between two writes: less than the second that may be lost with the process. Each recording writes at its own tick, so that writes never come
 * in a herd.
 */
const FLUSH_TICKS = 40;
let stagger = 0;
const SILENCE = new Uint8Array(FRAME_SAMPLES).fill(SILENCE_CODE.PCMU);

/**
 * `uuid_record`: both sides of one channel in one WAV file, each frame at its place in time.
 * Masked frames are written as zeros (the length stays), paused time is left out.
 */
export class Recording implements Tap {
  readonly name = 'session_record';
  readonly replaces = false;
  readonly path: string;
  readonly #shape: RecordingShape;
  readonly #writer: WavWriter;
  readonly #timeline: Timeline;
  readonly #onEnd: (end: RecordingEnd, error: unknown) => void;
  #mix = new Int16Array(0);
  readonly #flushAt: number;
  #ticks = 0;
  #masked = false;
  #paused = false;
  #frames = 0;
  #end: RecordingEnd = 'stopped';
  #error: unknown;
  #closed = false;

  /** Opens the file and writes its header. @throws the system's error */
  constructor(path: string, shape: RecordingShape, onEnd: (end: RecordingEnd, error: unknown) => void) {
    this.path = path;
    this.#shape = shape;
    this.#onEnd = onEnd;
    this.#writer = new WavWriter(path, { channels: shape.stereo ? 2 : 1, rate: 8000 });
    this.#timeline = new Timeline(2);
    stagger = (stagger + 7) % FLUSH_TICKS;
    this.#flushAt = stagger;
  }

  /** Samples in the file. */
  get length(): number {
    return this.#writer.length;
  }

  /** Bytes of samples in the file. */
  get bytes(): number {
    return this.#writer.dataBytes;
  }

  /** No frame was ever recorded. */
  get empty(): boolean {
    return this.#frames === 0;
  }

  set masked(masked: boolean) {
    this.#masked = masked;
  }

  set paused(paused: boolean) {
    if (paused !== this.#paused) this.#timeline.cut();
    this.#paused = paused;
  }

  heard(frame: AudioFrame): void {
    if (this.#shape.only !== 'spoken') this.#put(this.#shape.swap ? 1 : 0, frame);
  }

  spoken(frame: AudioFrame): void {
    if (this.#shape.only !== 'heard') this.#put(this.#shape.swap ? 0 : 1, frame);
  }

  tick(): boolean {
    if (this.#paused) return true;
    this.#timeline.tick();
    this.#ticks += 1;
    if (this.#ticks % FLUSH_TICKS === this.#flushAt && !this.#write(() => this.#timeline.flush(this.#take)))
      return false;
    if (this.#shape.limitSeconds > 0 && this.#timeline.now >= this.#shape.limitSeconds * 8000) {
      this.#end = 'limit';
      return false;
    }
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#end !== 'failed') this.#write(() => this.#timeline.finish(this.#take));
    this.#write(() => this.#writer.close());
    this.#onEnd(this.#end, this.#error);
  }

  #put(side: Side, frame: AudioFrame): void {
    if (this.#paused) return;
    this.#frames += 1;
    const codes = this.#masked ? SILENCE : frame.codes('PCMU');
    if (codes) this.#timeline.putCodes(side, codes, frame.gap, frame.fresh);
    else this.#timeline.put(side, frame.samples(), frame.gap, frame.fresh);
  }

  readonly #take = (position: number, interleaved: Int16Array): void => {
    if (this.#shape.stereo) return this.#writer.write(position, interleaved);
    const count = interleaved.length / 2;
    if (this.#mix.length < count) this.#mix = new Int16Array(count);
    for (let i = 0; i < count; i += 1) {
      const sum = interleaved[2 * i]! + interleaved[2 * i + 1]!;
      this.#mix[i] = sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum;
    }
    this.#writer.write(position, this.#mix.subarray(0, count));
  };

  /** A full disk ends the recording, never the call. */
  #write(action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      this.#end = 'failed';
      this.#error ??= error;
      return false;
    }
  }
}
