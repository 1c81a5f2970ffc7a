import { wavOf } from './wav.ts';

const RATE = 8_000;

/** A WAV of two channels, 16 bits: two who talk in turn, each in syllables, as a recording looks and sounds from afar. */
export function twoVoices(seconds: number): Buffer {
  const frames = seconds * RATE;
  const data = Buffer.alloc(frames * 4);
  for (let frame = 0; frame < frames; frame++) {
    const at = frame / RATE;
    const turn = Math.floor(at / 5) % 2;
    const syllable = Math.max(0, Math.sin(at * (turn === 0 ? 19 : 23))) ** 2;
    const phrase = 0.35 + 0.65 * Math.abs(Math.sin(at * 1.3 + turn));
    const pause = at % 5 > 4.4 ? 0 : 1;
    const voice = Math.sin(at * 2 * Math.PI * (turn === 0 ? 130 : 205)) * syllable * phrase * pause;
    const [mine, theirs] = [Math.round(voice * 14_000), Math.round(Math.sin(frame * 12.9898) * 60)];
    data.writeInt16LE(turn === 0 ? mine : theirs, frame * 4);
    data.writeInt16LE(turn === 0 ? theirs : mine, frame * 4 + 2);
  }
  return wavOf(data, { rate: RATE, channels: 2 });
}
