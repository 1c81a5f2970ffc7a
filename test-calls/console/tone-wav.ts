const RATE = 48_000;

/** A WAV of one channel, 16 bits: one tone, of whole periods, so that it can be heard round and round. */
export function toneWav(hertz: number, seconds: number): Buffer {
  const frames = seconds * RATE;
  const wav = Buffer.alloc(44 + frames * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + frames * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); // PCM
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(RATE, 24);
  wav.writeUInt32LE(RATE * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(frames * 2, 40);
  for (let frame = 0; frame < frames; frame++)
    wav.writeInt16LE(Math.round(10_000 * Math.sin((2 * Math.PI * hertz * frame) / RATE)), 44 + frame * 2);
  return wav;
}
