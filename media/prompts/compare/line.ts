import { decode, encode } from '../../audio/g711.ts';
import type { Sound } from '../sound.ts';

/** The sound as it leaves the far end of a telephone line: through G.711 mu-law. */
export function overTheLine({ rate, samples }: Sound): Sound {
  const linear = Int16Array.from(samples, (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32768))));
  const codes = new Uint8Array(linear.length);
  encode('PCMU', linear, linear.length, codes, 0);
  decode('PCMU', codes, 0, codes.length, linear);
  return { rate, samples: Float32Array.from(linear, (sample) => sample / 32768) };
}
