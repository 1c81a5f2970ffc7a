/** Samples of one channel, full scale at 1. */
export interface Sound {
  /** Samples per second. */
  readonly rate: number;
  readonly samples: Float32Array;
}

/** The bytes are no PCM WAV file. */
export class UnreadableSound extends Error {
  override readonly name = 'UnreadableSound';
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const mostChunks = 100;

/** How one sample is read, by `format code/bits`. 8-bit PCM is unsigned, all else signed, little-endian (RIFF WAVE, 1991). */
const readers: Readonly<Record<string, (bytes: Buffer, at: number) => number>> = {
  [`${PCM}/8`]: (bytes, at) => (bytes[at]! - 128) / 128,
  [`${PCM}/16`]: (bytes, at) => bytes.readInt16LE(at) / 32768,
  [`${PCM}/24`]: (bytes, at) => bytes.readIntLE(at, 3) / 8388608,
  [`${PCM}/32`]: (bytes, at) => bytes.readInt32LE(at) / 2147483648,
  [`${FLOAT}/32`]: (bytes, at) => bytes.readFloatLE(at),
};

interface Format {
  readonly code: number;
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

/**
 * Reads a whole PCM WAV file, 8 to 32 bits, any rate and number of channels; channels are averaged.
 * Throws {@link UnreadableSound}.
 */
export function readSound(file: Uint8Array): Sound {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE')
    throw new UnreadableSound('no RIFF/WAVE header');
  let format: Format | undefined;
  let at = 12;
  for (let chunks = 0; chunks < mostChunks && at + 8 <= bytes.length; chunks++) {
    const name = bytes.toString('latin1', at, at + 4);
    const declared = bytes.readUInt32LE(at + 4);
    const body = bytes.subarray(at + 8, Math.min(bytes.length, at + 8 + declared));
    if (name === 'fmt ') format = formatOf(body);
    if (name === 'data') {
      if (!format) throw new UnreadableSound('samples before their format');
      if (body.length < declared) throw new UnreadableSound(`cut off: ${body.length} of ${declared} bytes are there`);
      return { rate: format.rate, samples: mono(body, format) };
    }
    at += 8 + declared + (declared & 1); // chunks start at even positions
  }
  throw new UnreadableSound('no samples');
}

function formatOf(chunk: Buffer): Format {
  if (chunk.length < 16) throw new UnreadableSound('format chunk too short');
  const tag = chunk.readUInt16LE(0);
  // WAVE_FORMAT_EXTENSIBLE carries the real code in the first two bytes of its sub-format
  const code = tag === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag;
  const format = {
    code,
    channels: chunk.readUInt16LE(2),
    rate: chunk.readUInt32LE(4),
    bits: chunk.readUInt16LE(14),
  };
  if (format.channels < 1 || format.channels > 8) throw new UnreadableSound(`${format.channels} channels`);
  if (format.rate < 8000 || format.rate > 192_000)
    throw new UnreadableSound(`${format.rate} samples per second; 8,000 to 192,000 can be read`);
  if (!readers[`${code}/${format.bits}`])
    throw new UnreadableSound(`format ${code} with ${format.bits} bits; PCM of 8, 16, 24 or 32 bits can be read`);
  return format;
}

function mono(body: Buffer, { code, bits, channels, rate }: Format): Float32Array {
  const read = readers[`${code}/${bits}`]!;
  const width = bits / 8;
  const frames = Math.floor(body.length / (width * channels));
  if (frames === 0) throw new UnreadableSound('no samples');
  if (frames > rate * 300) throw new UnreadableSound('longer than five minutes');
  const samples = new Float32Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read(body, (frame * channels + channel) * width);
    const sample = sum / channels;
    if (!Number.isFinite(sample)) throw new UnreadableSound('a sample is not a number');
    samples[frame] = sample;
  }
  return samples;
}

/** A 16-bit mono PCM WAV file. Samples beyond full scale are clipped. */
export function writeSound({ rate, samples }: Sound): Buffer {
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + samples.length * 2, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(PCM, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, i) =>
    file.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(sample * 32768))), 44 + i * 2),
  );
  return file;
}
