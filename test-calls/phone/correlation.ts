import { toLinear } from './mu-law.ts';
import type { Reference } from './reference.ts';

/** Transform length; a window of the reference is slid over this much of what was heard at once. */
const SIZE = 8192;
/** The window: 200 ms. */
const WINDOW = 1600;
const LIKE = 0.6;

const bits = Math.log2(SIZE);
const cosines = Float64Array.from({ length: SIZE / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / SIZE));
const sines = Float64Array.from({ length: SIZE / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / SIZE));
const reversed = Uint16Array.from({ length: SIZE }, (_, i) => {
  let turned = 0;
  for (let bit = 0; bit < bits; bit++) turned |= ((i >> bit) & 1) << (bits - 1 - bit);
  return turned;
});

/** In-place radix-2 Fourier transform of SIZE points; `sign` -1 forward, 1 back (unscaled). */
function transform(re: Float64Array, im: Float64Array, sign: 1 | -1): void {
  for (let i = 0; i < SIZE; i++) {
    const j = reversed[i]!;
    if (j <= i) continue;
    [re[i], re[j]] = [re[j]!, re[i]!];
    [im[i], im[j]] = [im[j]!, im[i]!];
  }
  for (let half = 1; half < SIZE; half *= 2) {
    const step = SIZE / (2 * half);
    for (let start = 0; start < SIZE; start += 2 * half)
      for (let k = 0; k < half; k++) {
        const [c, s] = [cosines[k * step]!, sign * sines[k * step]!];
        const [low, high] = [start + k, start + k + half];
        const [r, i] = [re[high]! * c - im[high]! * s, re[high]! * s + im[high]! * c];
        re[high] = re[low]! - r;
        im[high] = im[low]! - i;
        re[low] = re[low]! + r;
        im[low] = im[low]! + i;
      }
  }
}

/**
 * Normalised correlation (-1 to 1) of `count` samples at `at` with `count` of the reference at `from`: 1 is the same wave at
 * any volume. Mu-law on both sides. 0 when either is silent.
 */
export function likeness(heard: Uint8Array, at: number, wanted: Uint8Array, from: number, count: number): number {
  let [both, one, other] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [a, b] = [toLinear[heard[at + i]!]!, toLinear[wanted[from + i]!]!];
    both += a * b;
    one += a * a;
    other += b * b;
  }
  return one === 0 || other === 0 ? 0 : both / Math.sqrt(one * other);
}

/** Where the reference's sample 0 lies best in what was heard from `from` on, judged by its loudest 200 ms. */
export function bestLag(heard: Uint8Array, wanted: Reference, from: number): number | undefined {
  const window = Math.min(WINDOW, wanted.end - wanted.start);
  if (window <= 0) return undefined;
  const begin = loudest(wanted, window);
  const [wantedRe, wantedIm] = [new Float64Array(SIZE), new Float64Array(SIZE)];
  for (let i = 0; i < window; i++) wantedRe[i] = toLinear[wanted.samples[begin + i]!]!;
  transform(wantedRe, wantedIm, -1);
  let [bestLike, bestAt] = [LIKE, -1];
  for (let base = from; base + window <= heard.length; base += SIZE - window) {
    const [re, im] = [new Float64Array(SIZE), new Float64Array(SIZE)];
    const count = Math.min(SIZE, heard.length - base);
    for (let i = 0; i < count; i++) re[i] = toLinear[heard[base + i]!]!;
    transform(re, im, -1);
    for (let i = 0; i < SIZE; i++) {
      const [r, s] = [re[i]! * wantedRe[i]! + im[i]! * wantedIm[i]!, im[i]! * wantedRe[i]! - re[i]! * wantedIm[i]!];
      re[i] = r;
      im[i] = s;
    }
    transform(re, im, 1);
    const peak = highest(re, count - window + 1);
    const like = likeness(heard, base + peak, wanted.samples, begin, window);
    if (like > bestLike) [bestLike, bestAt] = [like, base + peak];
  }
  return bestAt < 0 ? undefined : bestAt - begin;
}

/** The index of the largest of the first `count` values. */
function highest(values: Float64Array, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function loudest(wanted: Reference, window: number): number {
  let [best, most] = [wanted.start, -1];
  for (let at = wanted.start; at + window <= wanted.end; at += 80) {
    let sum = 0;
    for (let i = 0; i < window; i += 4) sum += Math.abs(toLinear[wanted.samples[at + i]!]!);
    if (sum > most) [best, most] = [at, sum];
  }
  return best;
}
