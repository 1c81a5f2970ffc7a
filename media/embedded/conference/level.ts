/** Loudness as mod_conference counts it, volume steps, and sums that clip. All samples are 16-bit. */

/** Mean of the magnitudes, 0 to 32768: the `energy` of mod_conference. */
export function meanLevel(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample < 0 ? -sample : sample;
  return Math.floor(sum / samples.length);
}

export const clip = (sum: number): number => (sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);

export const QUIETEST_STEP = -4;
export const LOUDEST_STEP = 4;
/** Factors of the steps -4 to 4 (switch_change_sln_volume). */
const FACTORS = [0.2, 0.4, 0.6, 0.8, 1, 1.3, 2.3, 3.3, 4.3];

/** Makes it louder or quieter in place; `step` from -4 to 4. */
export function changeVolume(samples: Int16Array, step: number): void {
  if (step === 0) return;
  const factor = FACTORS[step - QUIETEST_STEP]!;
  for (let i = 0; i < samples.length; i += 1) samples[i] = clip(Math.trunc(samples[i]! * factor));
}
