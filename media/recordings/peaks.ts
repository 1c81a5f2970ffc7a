import { decodeTable } from '../audio/g711.ts';
import { NoWav, parseHeader, type WavLayout } from './wav.ts';
import type { Part } from './storage.ts';

/** Of one part and one channel: the lowest and the highest sample, in hundredths of the loudest there can be, -100 to 100. */
export type Peak = readonly [lowest: number, highest: number];

/** A file that is read in parts, as it comes. */
export interface Readable {
  readonly bytes: number;
  read(part: Part): AsyncIterable<Uint8Array>;
}

/** No writer of ours puts more before the sound. Bytes. */
const HEADER = 64 * 1024;
const PCM = 1;
const LAWS: Readonly<Record<number, 'PCMA' | 'PCMU'>> = { 6: 'PCMA', 7: 'PCMU' };

/**
 * The outline of a recording: for each of `parts` equal parts, the peaks of each channel. The file is read once, and memory does not grow with it.
 * Sound shorter than that has fewer parts. Throws NoWav for what is no WAV of 16-bit PCM, mu-law or A-law; what reading throws.
 */
export async function peaksOf(file: Readable, parts: number): Promise<Peak[][]> {
  const layout = parseHeader(await front(file));
  const { channels, blockAlign, dataAt, dataSize } = layout;
  const width = blockAlign / channels;
  const sample = sampler(layout, width);
  const frames = Math.floor(Math.min(dataSize, file.bytes - dataAt) / blockAlign);
  const count = Math.min(parts, frames);
  const [low, high] = [new Int16Array(count * channels).fill(32_767), new Int16Array(count * channels).fill(-32_768)];
  let frame = 0;
  let rest = new Uint8Array(0);
  const take = (bytes: Uint8Array): void => {
    const whole = Math.floor(bytes.length / blockAlign);
    for (let n = 0; n < whole; n += 1, frame += 1) {
      const at = Math.floor((frame * count) / frames) * channels;
      for (let channel = 0; channel < channels; channel += 1) {
        const value = sample(bytes, n * blockAlign + channel * width);
        if (value < low[at + channel]!) low[at + channel] = value;
        if (value > high[at + channel]!) high[at + channel] = value;
      }
    }
    rest = bytes.slice(whole * blockAlign);
  };
  if (frames > 0)
    for await (const chunk of file.read({ from: dataAt, until: dataAt + frames * blockAlign }))
      take(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
  return Array.from({ length: count }, (_, part) =>
    Array.from({ length: channels }, (_, channel): Peak => {
      const at = part * channels + channel;
      return [hundredths(low[at]!), hundredths(high[at]!)];
    }),
  );
}

const hundredths = (sample: number): number => Math.round((sample / 32_768) * 100);

async function front(file: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const until = Math.min(HEADER, file.bytes);
  if (until > 0) for await (const chunk of file.read({ from: 0, until })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

type Sample = (bytes: Uint8Array, at: number) => number;

function sampler({ format }: WavLayout, width: number): Sample {
  if (format === PCM && width === 2) return (bytes, at) => ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16;
  const law = LAWS[format];
  if (law === undefined || width !== 1) throw new NoWav(`Sound of format ${format} is not read here.`);
  const table = decodeTable(law);
  return (bytes, at) => table[bytes[at]!]!;
}
