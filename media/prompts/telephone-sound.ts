import type { Sound } from './sound.ts';
import { UnreadableSound } from './sound.ts';
import { activeSpeechLevel } from './speech-level.ts';

/** Grows with every change that makes the same input sound different: cached files of older versions are made anew. */
export const telephoneSoundVersion = 1;

export const telephoneRate = 8000;
/** Active speech level of every prompt; 0 dBm0 is -6.2 dBov (ITU-T G.711), so this is -13.8 dBm0. */
export const targetLevelDbov = -20;
/** Peaks are held below -3 dBFS with a little to spare for rounding. */
const peakLimit = 10 ** (-3.3 / 20);
const leadSeconds = 0.03;
const trailSeconds = 0.12;
/** What lies this far below the active level is silence. */
const silenceBelowDb = 36;
const lowHz = 300;
const highHz = 3400;

/** Sound as the telephone carries it: 8 kHz, 300 to 3,400 Hz, levelled, silence trimmed. Throws {@link UnreadableSound}. */
export function forTelephone(sound: Sound): Sound {
  const band = bandPass(resampled(sound, telephoneRate));
  const level = activeSpeechLevel(band);
  // dithered silence and a forgotten microphone lie below -70 dBov; the gain for them would only raise noise
  if (level < -70) throw new UnreadableSound(`nothing can be heard: ${level.toFixed(0)} dBov`);
  return { rate: telephoneRate, samples: levelled(trimmed(band, level)) };
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const hann = (x: number): number => (Math.abs(x) < 1 ? 0.5 + 0.5 * Math.cos(Math.PI * x) : 0);

/** Band-limited interpolation: a windowed sinc around every output sample, cut off below both Nyquist frequencies. */
export function resampled({ rate, samples }: Sound, to: number): Sound {
  if (rate === to) return { rate, samples };
  const cutoff = (0.94 * Math.min(rate, to)) / rate;
  const reach = Math.ceil(24 / cutoff);
  const kernels = new Map<number, Float64Array>();
  const kernelOf = (phase: number): Float64Array => {
    const known = kernels.get(phase);
    if (known) return known;
    const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, k) => {
      const distance = k - reach - phase / to;
      return cutoff * sinc(cutoff * distance) * hann(distance / (reach + 1));
    });
    kernels.set(phase, kernel);
    return kernel;
  };
  const out = new Float32Array(Math.max(1, Math.round((samples.length * to) / rate)));
  for (let n = 0; n < out.length; n++) {
    const phase = (n * rate) % to; // of an input sample, in parts of `to`; the same phases come again and again
    const kernel = kernelOf(phase);
    const first = (n * rate - phase) / to - reach;
    const end = Math.min(kernel.length, samples.length - first);
    let sum = 0;
    for (let k = Math.max(0, -first); k < end; k++) sum += samples[first + k]! * kernel[k]!;
    out[n] = sum;
  }
  return { rate: to, samples: out };
}

/** Linear-phase FIR of 24 ms, its delay taken out again. */
const taps = ((half: number): Float64Array => {
  const low = (2 * lowHz) / telephoneRate;
  const high = (2 * highHz) / telephoneRate;
  return Float64Array.from({ length: 2 * half + 1 }, (_, k) => {
    const i = k - half;
    return (high * sinc(high * i) - low * sinc(low * i)) * hann(i / (half + 1));
  });
})(96);

function bandPass({ rate, samples }: Sound): Sound {
  const half = (taps.length - 1) / 2;
  const offset = samples.reduce((sum, sample) => sum + sample, 0) / samples.length; // else the edges would click
  const out = new Float32Array(samples.length);
  for (let n = 0; n < out.length; n++) {
    let sum = 0;
    const from = Math.max(0, n - half);
    const to = Math.min(samples.length - 1, n + half);
    for (let i = from; i <= to; i++) sum += (samples[i]! - offset) * taps[i - n + half]!;
    out[n] = sum;
  }
  return { rate, samples: out };
}

/** The first and the sample after the last that belong to 5 ms louder than `thresholdDbov`; undefined when there is none. */
export function heardSpan({ rate, samples }: Sound, thresholdDbov: number): { from: number; to: number } | undefined {
  const frame = Math.round(rate * 0.005);
  const power = 10 ** (thresholdDbov / 10);
  let from = -1;
  let to = 0;
  for (let at = 0; at < samples.length; at += frame) {
    const end = Math.min(samples.length, at + frame);
    let sum = 0;
    for (let i = at; i < end; i++) sum += samples[i]! ** 2;
    if (sum / (end - at) < power) continue;
    if (from < 0) from = at;
    to = end;
  }
  return from < 0 ? undefined : { from, to };
}

function trimmed(sound: Sound, levelDbov: number): Float32Array {
  const lead = Math.round(leadSeconds * telephoneRate);
  const trail = Math.round(trailSeconds * telephoneRate);
  const span = heardSpan(sound, levelDbov - silenceBelowDb) ?? { from: 0, to: sound.samples.length };
  const out = new Float32Array(lead + span.to - span.from + trail);
  for (let n = 0; n < out.length; n++) out[n] = sound.samples[span.from - lead + n] ?? 0;
  fade(out, lead, Math.min(trail, lead));
  return out;
}

/** Edges begin and end at zero, so that no prompt starts or stops with a click. */
function fade(samples: Float32Array, rise: number, fall: number): void {
  for (let i = 0; i < rise && i < samples.length; i++) samples[i]! *= i / rise;
  for (let i = 0; i < fall && i < samples.length; i++) samples[samples.length - 1 - i]! *= i / fall;
}

/** Brings sound of 8 kHz to the target level and below the peak limit. Limiting takes some of it back, so it is measured again, at most four times. */
export function levelled(samples: Float32Array): Float32Array {
  let gain = 1;
  let out = limited(samples);
  for (let turn = 0; turn < 4; turn++) {
    const missing = targetLevelDbov - activeSpeechLevel({ rate: telephoneRate, samples: out });
    if (Math.abs(missing) < 0.05) break;
    gain *= 10 ** (missing / 20);
    out = limited(samples.map((sample) => sample * gain));
  }
  return out;
}

/** Holds peaks below the limit by lowering the gain 4 ms before and after each, with no corner in its course. */
function limited(samples: Float32Array): Float32Array {
  const reach = Math.round(0.004 * telephoneRate);
  const needed = samples.map((sample) => Math.min(1, peakLimit / Math.abs(sample || 1e-9)));
  const least = needed.map((_, n) => {
    let lowest = 1;
    for (let i = Math.max(0, n - reach); i <= n + reach && i < needed.length; i++)
      lowest = Math.min(lowest, needed[i]!);
    return lowest;
  });
  return samples.map((sample, n) => {
    let sum = 0;
    for (let i = n - reach; i <= n + reach; i++) sum += least[Math.min(Math.max(i, 0), least.length - 1)]!;
    return (sample * sum) / (2 * reach + 1);
  });
}
