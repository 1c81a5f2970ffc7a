import { join } from 'node:path';
import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { WavWriter } from '#media/audio/wav-writer.ts';
import { linear, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';

/** Sounds that cases name: so many frames of 20 ms, of a voice each. */
const sounds: Readonly<Record<string, readonly [voice: number, frames: number]>> = {
  'short.wav': [2, 10],
  'other.wav': [3, 10],
  'long.wav': [4, 200],
  'two-seconds.wav': [5, 100],
};

export function makeSounds(folder: string): void {
  for (const [name, [voice, frames]] of Object.entries(sounds)) {
    const writer = new WavWriter(join(folder, name), { channels: 1, rate: 8000 });
    for (let n = 0; n < frames; n += 1) writer.write(n * FRAME_SAMPLES, linear(voiceFrame(voice, n)));
    writer.close();
  }
}
