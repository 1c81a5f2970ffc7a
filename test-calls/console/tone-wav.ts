import { wavOf } from './wav.ts';

const RATE = 48_000;

/** A WAV of one channel, 16 bits: one tone, of whole periods, so that it can be heard round and round. */
export function toneWav(hertz: number, seconds: number): Buffer {
  const data = Buffer.alloc(seconds * RATE * 2);
  for (let frame = 0; frame < seconds * RATE; frame++)
    data.writeInt16LE(Math.round(10_000 * Math.sin((2 * Math.PI * hertz * frame) / RATE)), frame * 2);
  return wavOf(data, { rate: RATE, channels: 1 });
}
