import { readSound } from './sound.ts';
import { activeSpeechLevel } from './speech-level.ts';
import { heardSpan } from './telephone-sound.ts';

/** What an ear on the telephone would object to, in figures. */
export interface SpokenCheck {
  readonly rate: number;
  readonly seconds: number;
  /** ITU-T P.56 method B. */
  readonly activeLevelDbov: number;
  readonly peakDbfs: number;
  /** Samples at either end of the scale. */
  readonly clipped: number;
  /** Before the first and after the last 5 ms that are less than 36 dB below the active level. */
  readonly leadingSilenceMs: number;
  readonly trailingSilenceMs: number;
  /** The share of the power that lies between 300 and 3,400 Hz. */
  readonly speechBandRatio: number;
  /** Mean of all samples, full scale at 1. */
  readonly offset: number;
}

/** Measures a PCM WAV file. Throws UnreadableSound. */
export function spokenCheck(file: Uint8Array): SpokenCheck {
  const sound = readSound(file);
  const { rate, samples } = sound;
  const activeLevelDbov = activeSpeechLevel(sound);
  const span = heardSpan(sound, activeLevelDbov - 36) ?? { from: samples.length, to: samples.length };
  let peak = 0;
  let clipped = 0;
  let sum = 0;
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample));
    if (sample >= 32767 / 32768 || sample <= -1) clipped++;
    sum += sample;
  }
  return {
    rate,
    seconds: samples.length / rate,
    activeLevelDbov,
    peakDbfs: 20 * Math.log10(peak),
    clipped,
    leadingSilenceMs: (1000 * span.from) / rate,
    trailingSilenceMs: (1000 * (samples.length - span.to)) / rate,
    speechBandRatio: bandRatio(samples, rate, 300, 3400),
    offset: sum / samples.length,
  };
}

/** The share of the power between two frequencies, from Hann-windowed spectra of 32 ms. */
export function bandRatio(samples: Float32Array, rate: number, lowHz: number, highHz: number): number {
  const spectrum = powerSpectrum(samples, rate);
  const step = rate / ((spectrum.length - 1) * 2);
  let inside = 0;
  let all = 0;
  spectrum.forEach((power, bin) => {
    all += power;
    if (bin * step >= lowHz && bin * step <= highHz) inside += power;
  });
  return all === 0 ? 0 : inside / all;
}

/** Mean power per bin from 0 to half the rate. */
export function powerSpectrum(samples: Float32Array, rate: number): Float64Array {
  const size = 2 ** Math.round(Math.log2(rate * 0.032));
  const total = new Float64Array(size / 2 + 1);
  for (let at = 0; at + size <= samples.length; at += size / 2) {
    const re = Float64Array.from(
      { length: size },
      (_, i) => samples[at + i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size)),
    );
    const im = new Float64Array(size);
    fourier(re, im);
    total.forEach((_, bin) => (total[bin]! += re[bin]! ** 2 + im[bin]! ** 2));
  }
  return total;
}

/** In-place radix-2 Fourier transform; the length is a power of two. */
function fourier(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    [re[i], re[j]] = [re[j]!, re[i]!];
    [im[i], im[j]] = [im[j]!, im[i]!];
  }
  for (let span = 2; span <= size; span *= 2)
    for (let start = 0; start < size; start += span)
      for (let k = 0; k < span / 2; k++) {
        const angle = (-2 * Math.PI * k) / span;
        const a = start + k;
        const b = a + span / 2;
        const x = re[b]! * Math.cos(angle) - im[b]! * Math.sin(angle);
        const y = re[b]! * Math.sin(angle) + im[b]! * Math.cos(angle);
        re[b] = re[a]! - x;
        im[b] = im[a]! - y;
        re[a]! += x;
        im[a]! += y;
      }
}
