import { readFile } from 'node:fs/promises';

/** A recording as it lies on disk, read without the code that wrote it. */
export interface HeardRecording {
  readonly rate: number;
  readonly seconds: number;
  readonly channels: readonly Int16Array[];
}

/** Reads a whole 16-bit PCM WAV file. Throws when its header does not say what the file holds. */
export async function readRecording(path: string): Promise<HeardRecording> {
  const file = await readFile(path);
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.readUInt32LE(4) !== file.length - 8)
    throw new Error(`${path}: the RIFF size is ${file.readUInt32LE(4)}, the file has ${file.length} bytes`);
  let [channels, rate, bits] = [0, 0, 0];
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    if (name === 'fmt ')
      [channels, rate, bits] = [file.readUInt16LE(at + 10), file.readUInt32LE(at + 12), file.readUInt16LE(at + 22)];
    if (name === 'data') {
      if (bits !== 16 || channels < 1 || at + 8 + size > file.length) throw new Error(`${path}: not whole 16-bit PCM`);
      const frames = Math.floor(size / 2 / channels);
      const data = at + 8;
      const read = (channel: number) =>
        Int16Array.from({ length: frames }, (_, frame) => file.readInt16LE(data + (frame * channels + channel) * 2));
      return {
        rate,
        seconds: frames / rate,
        channels: Array.from({ length: channels }, (_, channel) => read(channel)),
      };
    }
    at += 8 + size + (size & 1);
  }
  throw new Error(`${path}: no samples`);
}
