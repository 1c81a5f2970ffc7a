import { decode, encode, type Law } from '#media/audio/g711.ts';
import { RATE } from '../goertzel.ts';
import { COLUMNS, KEYS, ROWS } from '../tone-block.ts';

/** A tone: its frequency, and its power in dBm0. */
export type Tone = readonly [hertz: number, dBm0: number];

/** Of a full-scale sine, in dBm0 (ITU-T G.711 §5). */
const FULL_SCALE = 3.14;

export const samplesOf = (ms: number): number => Math.round((ms * RATE) / 1000);
export const silence = (ms: number): Float64Array => new Float64Array(samplesOf(ms));

/** Tones that sound together. */
export function sound(ms: number, ...tones: readonly Tone[]): Float64Array {
  const samples = silence(ms);
  for (const [hertz, dBm0] of tones) {
    const amplitude = 32_767 * 10 ** ((dBm0 - FULL_SCALE) / 20);
    for (let index = 0; index < samples.length; index += 1)
      samples[index]! += amplitude * Math.sin((2 * Math.PI * hertz * index) / RATE + 0.7);
  }
  return samples;
}

interface Pressing {
  readonly ms?: number;
  /** dBm0 of the low tone. */
  readonly level?: number;
  /** Of the high tone above the low one, dB. */
  readonly twist?: number;
  /** Of both frequencies from what they should be: 0.01 is one per cent higher. */
  readonly off?: number;
}

/** A key as a telephone sounds it. */
export function keyTone(key: string, { ms = 40, level = -10, twist = 0, off = 0 }: Pressing = {}): Float64Array {
  const row = KEYS.findIndex((one) => one.includes(key));
  const column = KEYS[row]?.indexOf(key) ?? -1;
  const [low, high] = [ROWS[row], COLUMNS[column]];
  if (low === undefined || high === undefined) throw new RangeError(`no telephone has the key ${key}`);
  return sound(ms, [low * (1 + off), level], [high * (1 + off), level + twist]);
}

export function joined(...parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** White noise with this power, the same for the same seed. */
export function noise(ms: number, dBm0: number, seed = 1): Float64Array {
  let state = seed;
  const chance = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32 - 0.5;
  // A sine of this power has half of its squared amplitude; what is even between -0.5 and 0.5 has a twelfth of one.
  const size = 32_767 * 10 ** ((dBm0 - FULL_SCALE) / 20) * Math.sqrt(6);
  return Float64Array.from({ length: samplesOf(ms) }, () => size * chance());
}

export const mixed = (one: Float64Array, other: Float64Array): Float64Array =>
  one.map((sample, index) => sample + (other[index] ?? 0));

/** As it comes off the line: in frames of 20 ms, each sample coded and decoded. */
export function* frames(samples: ArrayLike<number>, law: Law): Generator<Int16Array> {
  const codes = new Uint8Array(160);
  for (let at = 0; at < samples.length; at += 160) {
    const frame = Int16Array.from({ length: 160 }, (_, index) =>
      Math.max(-32_768, Math.min(32_767, Math.round(samples[at + index] ?? 0))),
    );
    encode(law, frame, 160, codes, 0);
    decode(law, codes, 0, 160, frame);
    yield frame;
  }
}
