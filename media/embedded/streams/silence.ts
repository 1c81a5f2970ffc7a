import { SoundFault, type SoundSource } from './source.ts';

/** `silence_stream://<ms>[,<noise>]`; -1 ms is for ever. Noise is accepted and played as plain silence. */
export function openSilence(text: string): SoundSource {
  const ms = Number.parseInt(text, 10);
  // mod_tone_stream refuses 0 and text that is no number
  if (!Number.isInteger(ms) || ms === 0 || ms < -1) throw new SoundFault(`silence_stream://${text}`, 'not a time');
  let left = ms === -1 ? Infinity : ms * 8;
  return {
    read: (into, offset, count) => {
      const samples = Math.min(count, left);
      into.fill(0, offset, offset + samples);
      left -= samples;
      return samples;
    },
    seek: () => undefined,
    close: () => undefined,
  };
}
