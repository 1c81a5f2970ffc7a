import type { Sound } from './sound.ts';

/** ITU-T P.56 (12/2011) §7.4, method B: constants of the speech voltmeter. */
const timeConstantSeconds = 0.03;
const hangoverSeconds = 0.2;
const marginDb = 15.9;
const thresholds = Array.from({ length: 15 }, (_, j) => 2 ** (j - 15));

/** Decibels relative to the overload point (ITU-T G.100.1): 0 dBov is a full-scale square wave. */
export const dBov = (power: number): number => 10 * Math.log10(power);

/**
 * The active speech level in dBov by ITU-T P.56 method B: the level while somebody speaks, pauses longer than 0.2 s left out.
 * `-Infinity` when nothing is ever active.
 */
export function activeSpeechLevel({ rate, samples }: Sound): number {
  const smooth = Math.exp(-1 / (rate * timeConstantSeconds));
  const hangover = Math.ceil(hangoverSeconds * rate);
  const active = new Float64Array(thresholds.length);
  const since = new Float64Array(thresholds.length).fill(hangover);
  let energy = 0;
  let first = 0;
  let envelope = 0;
  for (const sample of samples) {
    energy += sample * sample;
    first = smooth * first + (1 - smooth) * Math.abs(sample);
    envelope = smooth * envelope + (1 - smooth) * first;
    for (let j = 0; j < thresholds.length; j++) {
      if (envelope >= thresholds[j]!) since[j] = 0;
      else if (since[j]! < hangover) since[j]!++;
      else continue;
      active[j]!++;
    }
  }
  return crossing(energy, active);
}

/** The level at which level and threshold lie `marginDb` apart, between two thresholds by straight interpolation. */
function crossing(energy: number, active: Float64Array): number {
  let below: { level: number; apart: number } | undefined;
  for (const [j, threshold] of thresholds.entries()) {
    if (active[j] === 0) break;
    const level = dBov(energy / active[j]!);
    const apart = level - dBov(threshold * threshold);
    if (apart <= marginDb) {
      if (!below) return level;
      const share = (below.apart - marginDb) / (below.apart - apart);
      return below.level + share * (level - below.level);
    }
    below = { level, apart };
  }
  return below?.level ?? -Infinity;
}
