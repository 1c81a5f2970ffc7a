import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { decode } from './g711.ts';
import { Resampler } from './resample.ts';
import { readWavHeader, WavFault, type WavFormat } from './wav-header.ts';

export const TELEPHONE_RATE = 8000;
const CHUNK_FRAMES = 8192;
const EMPTY_BYTES = new Uint8Array(0);
const EMPTY_SAMPLES = new Int16Array(0);

/**
 * A WAV file as a stream of 8 kHz mono samples, read piece by piece (one read of the page cache a second), so that an hour of music
 * costs no more memory than a word.
 */
export class WavReader {
  readonly #fd: number;
  readonly #format: WavFormat;
  readonly #chunkFrames: number;
  #bytes: Uint8Array = EMPTY_BYTES;
  readonly #frameBytes: number;
  readonly #resampler: Resampler | undefined;
  #mono: Int16Array = EMPTY_SAMPLES;
  #ready: Int16Array = EMPTY_SAMPLES;
  #readyAt = 0;
  #readyEnd = 0;
  #consumed = 0;
  #isOpen = true;

  private constructor(fd: number, format: WavFormat) {
    this.#fd = fd;
    this.#format = format;
    this.#frameBytes = format.channels * (format.encoding === 'pcm16' ? 2 : 1);
    this.#chunkFrames = Math.max(1, Math.min(CHUNK_FRAMES, format.dataBytes / this.#frameBytes));
    this.#resampler = format.rate === TELEPHONE_RATE ? undefined : new Resampler(format.rate, TELEPHONE_RATE);
  }

  /** @throws WavFault, or the system's error (ENOENT, EACCES, ...) */
  static open(path: string): WavReader {
    return WavReader.#open(path, (fd, size) => {
      const readAt = (position: number, length: number): Uint8Array => {
        const bytes = new Uint8Array(length);
        return bytes.subarray(0, readSync(fd, bytes, 0, length, position));
      };
      return readWavHeader(readAt, size);
    });
  }

  /** A file of bare G.711 codes at 8 kHz (FreeSWITCH: `.PCMU`, `.PCMA`). @throws WavFault, or the system's error */
  static openCodes(path: string, encoding: 'mulaw' | 'alaw'): WavReader {
    return WavReader.#open(path, (_, size) => ({
      encoding,
      channels: 1,
      rate: TELEPHONE_RATE,
      dataOffset: 0,
      dataBytes: size,
    }));
  }

  static #open(path: string, format: (fd: number, size: number) => WavFormat): WavReader {
    // A pipe would keep the whole process waiting for somebody who writes into it.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) throw new WavFault('not a file');
      return new WavReader(fd, format(fd, stat.size));
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  get format(): WavFormat {
    return this.#format;
  }

  /** Samples at 8 kHz in the whole file. */
  get length(): number {
    return Math.floor(((this.#format.dataBytes / this.#frameBytes) * TELEPHONE_RATE) / this.#format.rate);
  }

  /** Fills `into` from `offset`; returns how many samples came, fewer than asked only at the end. */
  read(into: Int16Array, offset: number, count: number): number {
    let done = 0;
    while (done < count) {
      if (this.#readyAt === this.#readyEnd && !this.#refill()) break;
      const piece = Math.min(count - done, this.#readyEnd - this.#readyAt);
      for (let i = 0; i < piece; i += 1) into[offset + done + i] = this.#ready[this.#readyAt + i]!;
      this.#readyAt += piece;
      done += piece;
    }
    return done;
  }

  /** Goes on at `sample` (8 kHz) from the start. */
  seek(sample: number): void {
    const frame = Math.max(0, Math.floor((sample * this.#format.rate) / TELEPHONE_RATE));
    this.#consumed = Math.min(this.#format.dataBytes, frame * this.#frameBytes);
    this.#readyAt = 0;
    this.#readyEnd = 0;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#readyEnd = this.#readyAt;
    closeSync(this.#fd);
  }

  #refill(): boolean {
    if (!this.#isOpen) return false;
    if (this.#mono.length === 0) this.#allocate();
    const wanted = Math.min(this.#bytes.length, this.#format.dataBytes - this.#consumed);
    if (wanted <= 0) return false;
    const got = readSync(this.#fd, this.#bytes, 0, wanted, this.#format.dataOffset + this.#consumed);
    const frames = Math.floor(got / this.#frameBytes);
    if (frames === 0) return false; // the file became shorter while it was played
    this.#consumed += frames * this.#frameBytes;
    this.#downmix(frames);
    this.#readyAt = 0;
    this.#readyEnd = this.#resampler ? this.#resampler.push(this.#mono, frames, this.#ready) : frames;
    return this.#readyEnd > 0 || this.#refill();
  }

  /** Memory is taken when the first sample is wanted: many parts of an announcement stand open, one plays. */
  #allocate(): void {
    this.#bytes = new Uint8Array(this.#chunkFrames * this.#frameBytes);
    this.#mono = new Int16Array(this.#chunkFrames);
    this.#ready = this.#resampler ? new Int16Array(this.#resampler.most(this.#chunkFrames)) : this.#mono;
  }

  #downmix(frames: number): void {
    const { encoding, channels } = this.#format;
    if (channels === 1 && encoding === 'mulaw') return decode('PCMU', this.#bytes, 0, frames, this.#mono);
    if (channels === 1 && encoding === 'alaw') return decode('PCMA', this.#bytes, 0, frames, this.#mono);
    const one = new Int16Array(1);
    for (let frame = 0; frame < frames; frame += 1) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel += 1) sum += this.#sample(frame * channels + channel, one);
      this.#mono[frame] = Math.trunc(sum / channels);
    }
  }

  #sample(index: number, one: Int16Array): number {
    const bytes = this.#bytes;
    if (this.#format.encoding === 'pcm16') return ((bytes[2 * index]! | (bytes[2 * index + 1]! << 8)) << 16) >> 16;
    if (this.#format.encoding === 'pcm8') return (bytes[index]! - 128) << 8;
    decode(this.#format.encoding === 'mulaw' ? 'PCMU' : 'PCMA', bytes, index, 1, one);
    return one[0]!;
  }
}
