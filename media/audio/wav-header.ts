/** The RIFF/WAVE header: found in a file that is read, written before a recording's first sample. */

export type WavEncoding = 'pcm8' | 'pcm16' | 'mulaw' | 'alaw';

export type WavFormat = {
  readonly encoding: WavEncoding;
  readonly channels: number;
  /** Samples per second and channel. */
  readonly rate: number;
  /** Position of the first sample byte in the file. */
  readonly dataOffset: number;
  /** Bytes of sample data that are really there, whole sample frames only. */
  readonly dataBytes: number;
};

/** The file is no WAV this engine can play. `reason` is for the log. */
export class WavFault extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(`not a playable WAV file: ${reason}`);
    this.reason = reason;
  }
}

/** Reads at most `length` bytes at `position`; returns fewer at the end of the file. */
export type ReadAt = (position: number, length: number) => Uint8Array;

const FORMAT_PCM = 1;
const FORMAT_ALAW = 6;
const FORMAT_MULAW = 7;
const FORMAT_EXTENSIBLE = 0xfffe;
const MOST_CHUNKS = 64;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const tag = (bytes: Uint8Array, offset: number): string => String.fromCharCode(...bytes.subarray(offset, offset + 4));

const encodingOf = (code: number, bits: number): WavEncoding => {
  if (code === FORMAT_PCM && bits === 16) return 'pcm16';
  if (code === FORMAT_PCM && bits === 8) return 'pcm8';
  if (code === FORMAT_MULAW && bits === 8) return 'mulaw';
  if (code === FORMAT_ALAW && bits === 8) return 'alaw';
  throw new WavFault(`format ${code} with ${bits} bits`);
};

const bytesPerSample = (encoding: WavEncoding): number => (encoding === 'pcm16' ? 2 : 1);

type Shape = Pick<WavFormat, 'encoding' | 'channels' | 'rate'>;

const parseFormatChunk = (chunk: Uint8Array): Shape => {
  if (chunk.length < 16) throw new WavFault('format chunk too short');
  const fields = view(chunk);
  let code = fields.getUint16(0, true);
  // WAVE_FORMAT_EXTENSIBLE keeps the real code in the first two bytes of its sub-format
  if (code === FORMAT_EXTENSIBLE && chunk.length >= 26) code = fields.getUint16(24, true);
  const channels = fields.getUint16(2, true);
  const rate = fields.getUint32(4, true);
  if (channels < 1 || channels > 8) throw new WavFault(`${channels} channels`);
  if (rate < 4000 || rate > 192_000) throw new WavFault(`${rate} samples per second`);
  return { encoding: encodingOf(code, fields.getUint16(14, true)), channels, rate };
};

/**
 * Finds format and data in a WAV file of `fileBytes` bytes.
 * A data size that is zero, unset or larger than the file (a recorder that died) is corrected to what is there.
 * @throws WavFault
 */
export function readWavHeader(readAt: ReadAt, fileBytes: number): WavFormat {
  const riff = readAt(0, 12);
  if (riff.length < 12 || tag(riff, 0) !== 'RIFF' || tag(riff, 8) !== 'WAVE') throw new WavFault('no RIFF/WAVE header');
  let shape: Shape | undefined;
  let position = 12;
  for (let n = 0; n < MOST_CHUNKS; n += 1) {
    const head = readAt(position, 8);
    if (head.length < 8) throw new WavFault('no data chunk');
    const size = view(head).getUint32(4, true);
    const body = position + 8;
    if (tag(head, 0) === 'fmt ') shape = parseFormatChunk(readAt(body, Math.min(size, 40)));
    if (tag(head, 0) === 'data') {
      if (!shape) throw new WavFault('data before format');
      const there = Math.max(0, fileBytes - body);
      const bytes = size === 0 || size > there ? there : size;
      const frame = bytesPerSample(shape.encoding) * shape.channels;
      return { ...shape, dataOffset: body, dataBytes: bytes - (bytes % frame) };
    }
    position = body + size + (size & 1);
  }
  throw new WavFault('too many chunks');
}

export const WAV_HEADER_BYTES = 44;

/** The 44-byte header of 16-bit PCM. Before the end is known `dataBytes` is 0. */
export function writeWavHeader(options: { channels: number; rate: number; dataBytes: number }): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  const frame = options.channels * 2;
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(options.dataBytes === 0 ? 0 : Math.min(0xffffffff, options.dataBytes + 36), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(FORMAT_PCM, 20);
  header.writeUInt16LE(options.channels, 22);
  header.writeUInt32LE(options.rate, 24);
  header.writeUInt32LE(options.rate * frame, 28);
  header.writeUInt16LE(frame, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(Math.min(0xffffffff, options.dataBytes), 40);
  return header;
}
