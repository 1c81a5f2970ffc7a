import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { WAV_HEADER_BYTES, writeWavHeader } from './wav-header.ts';

/** As `w`, but a pipe without a reader is an error: it would keep the whole process waiting. */
const ANEW = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NONBLOCK;

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Makes a folder and those above it. The platform's own recursive mkdir never returns where the kernel answers ENOENT for ever (/proc). */
const makeFolder = (path: string): void => {
  try {
    mkdirSync(path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    mkdirSync(path);
  }
};

/**
 * A 16-bit PCM WAV file that grows while people talk. The header stands from the start (sizes 0), the sizes follow at `close`:
 * after a crash the samples are all there and a reader corrects the sizes from the file's length.
 * Writes are synchronous into the page cache: measured, they disturb the 20 ms clock least.
 */
export class WavWriter {
  readonly path: string;
  readonly #fd: number;
  readonly #channels: number;
  readonly #rate: number;
  #end = WAV_HEADER_BYTES;
  #open = true;

  /** Makes missing directories. @throws the system's error (EACCES, ENOSPC, ...) */
  constructor(path: string, options: { channels: number; rate: number }) {
    makeFolder(dirname(path));
    this.path = path;
    this.#channels = options.channels;
    this.#rate = options.rate;
    this.#fd = openSync(path, ANEW, 0o640);
    try {
      this.#write(writeWavHeader({ ...options, dataBytes: 0 }), 0);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /** Bytes of samples the file holds. */
  get dataBytes(): number {
    return this.#end - WAV_HEADER_BYTES;
  }

  /** Sample frames the file holds: its length in samples. */
  get length(): number {
    return this.dataBytes / (2 * this.#channels);
  }

  /** Writes samples (interleaved) at a position in sample frames. @throws the system's error; what was written before stays */
  write(position: number, samples: Int16Array): void {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const at = WAV_HEADER_BYTES + position * 2 * this.#channels;
    this.#write(bytes, at);
    this.#end = Math.max(this.#end, at + bytes.length);
  }

  /** Writes the sizes into the header and closes. @throws the system's error, with the file closed nevertheless */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      this.#write(writeWavHeader({ channels: this.#channels, rate: this.#rate, dataBytes: this.dataBytes }), 0);
    } finally {
      closeSync(this.#fd);
    }
  }

  /** A write may be partial (a nearly full disk): go on until all is written or the system says why not. */
  #write(bytes: Uint8Array, position: number): void {
    let done = 0;
    while (done < bytes.length) done += writeSync(this.#fd, bytes, done, bytes.length - done, position + done);
  }
}
