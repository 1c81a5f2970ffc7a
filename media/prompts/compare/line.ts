import type { Sound } from '../sound.ts';

/** The sound as it leaves the far end of a telephone line: through G.711 mu-law. */
export const overTheLine = ({ rate, samples }: Sound): Sound => ({ rate, samples: samples.map(muLaw) });

/** ITU-T G.711 mu-law there and back: 8 segments, each twice the one before, of 16 steps. */
function muLaw(sample: number): number {
  const linear = Math.min(32635, Math.abs(Math.round(sample * 32768))) + 132;
  const segment = 31 - Math.clz32(linear >> 7);
  const step = (linear >> (segment + 3)) & 15;
  const decoded = (((step << 3) + 132) << segment) - 132;
  return (sample < 0 ? -decoded : decoded) / 32768;
}
