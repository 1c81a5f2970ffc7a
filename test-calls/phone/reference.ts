import { statSync } from 'node:fs';
import { encode, type Law } from '#media/audio/g711.ts';
import { WavReader } from '#media/audio/wav-reader.ts';
import { fromAlaw, toLinear } from './mu-law.ts';
import type { Sound } from './sound.ts';

/** A sound to recognise or to speak: a WAV file, linear samples, mu-law bytes, or a sound made here. */
export type Audio = string | Int16Array | Uint8Array | Sound;

/** Below this magnitude a sample is called silence: about -54 dBov. */
const AUDIBLE = 64;
/** Samples compared to find a place where the sound may lie: 8 ms. */
export const ANCHOR = 64;
const ANCHORS = 12;

/** What is looked for: mu-law, its audible part, and the loudest 8 ms of each twelfth of it, in order. */
export interface Reference {
  readonly samples: Uint8Array<ArrayBuffer>;
  readonly start: number;
  readonly end: number;
  readonly anchors: readonly number[];
  /** The last of them that is half as loud as the loudest: what a sound fades into is like the silence after any other. */
  readonly lastLoud: number | undefined;
}

/** The first 200 ms after the silence a sound begins with. */
const HEAD = 1600;

/** The beginning of a sound, to be recognised while it is still being said. */
export function head({ samples, start, end }: Reference): Reference {
  const part = samples.slice(0, Math.min(end, start + HEAD));
  return { samples: part, ...audiblePart(part) };
}

const isAudible = (byte: number): boolean => Math.abs(toLinear[byte]!) >= AUDIBLE;

/** Linear samples of any audio, at 8,000 a second. @throws WavFault, or the system's error (ENOENT, ...) */
export function linear(audio: Audio): Int16Array {
  if (typeof audio === 'string') return wav(audio);
  if (audio instanceof Int16Array) return audio;
  if (audio instanceof Uint8Array) return Int16Array.from(audio, (byte) => toLinear[byte]!);
  return audio.pcm;
}

/** Any audio as the bytes of one law. */
export function encoded(audio: Audio, law: Law): Uint8Array<ArrayBuffer> {
  if (audio instanceof Uint8Array && law === 'PCMU') return new Uint8Array(audio);
  const pcm = linear(audio);
  const bytes = new Uint8Array(pcm.length);
  encode(law, pcm, pcm.length, bytes, 0);
  return bytes;
}

const files = new Map<string, { changedMs: number; pcm: Int16Array }>();

function wav(path: string): Int16Array {
  const changedMs = statSync(path).mtimeMs;
  const known = files.get(path);
  if (known?.changedMs === changedMs) return known.pcm;
  const reader = WavReader.open(path);
  const pcm = new Int16Array(reader.length);
  reader.read(pcm, 0, pcm.length);
  reader.close();
  files.set(path, { changedMs, pcm });
  return pcm;
}

const references = new WeakMap<object, Map<Law, Reference>>();

/**
 * The sound as an ear hears it that got it through `law`: the ear keeps mu-law, and what came as A-law has lost a little of each.
 * Made once for each sound. @throws like `linear`
 */
export function reference(audio: Audio, law: Law): Reference {
  const key = typeof audio === 'string' ? wav(audio) : audio;
  const made = references.get(key) ?? new Map<Law, Reference>();
  references.set(key, made);
  const known = made.get(law);
  if (known) return known;
  const bytes = encoded(audio, law);
  const samples = law === 'PCMU' ? bytes : bytes.map((byte) => fromAlaw[byte]!);
  const fresh = { samples, ...audiblePart(samples) };
  made.set(law, fresh);
  return fresh;
}

function audiblePart(samples: Uint8Array): Omit<Reference, 'samples'> {
  const start = samples.findIndex(isAudible);
  if (start < 0) return { start: 0, end: 0, anchors: [], lastLoud: undefined };
  let end = samples.length;
  while (!isAudible(samples[end - 1]!)) end--;
  const parts = Math.max(1, Math.min(ANCHORS, Math.floor((end - start) / ANCHOR)));
  const size = Math.floor((end - start) / parts);
  const anchors = Array.from({ length: parts }, (_, i) => loudest(samples, start + i * size, start + (i + 1) * size));
  const inside = anchors.filter((at) => at + ANCHOR <= end);
  const loud = inside.map((at) => loudness(samples, at));
  const lastLoud = inside.findLast((_, nth) => loud[nth]! >= Math.max(...loud) / 2);
  return { start, end, anchors: inside, lastLoud };
}

/** Of 8 ms: the sum of their magnitudes. */
function loudness(samples: Uint8Array, from: number): number {
  let sum = 0;
  for (let i = 0; i < ANCHOR; i++) sum += Math.abs(toLinear[samples[from + i]!]!);
  return sum;
}

/** Where the 8 ms with the most sound begin. */
function loudest(samples: Uint8Array, from: number, to: number): number {
  let [best, most] = [from, -1];
  for (let at = from; at + ANCHOR <= to; at += 16) {
    const sum = loudness(samples, at);
    if (sum > most) [best, most] = [at, sum];
  }
  return best;
}
