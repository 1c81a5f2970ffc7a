import { endsInChunks, LONGEST_WAV, openToRepair, readLayout, type WavLayout } from './wav.ts';

export interface RepairedWav {
  /** Whether anything had to be put right. */
  readonly repaired: boolean;
  /** Length of the file now. */
  readonly bytes: number;
  readonly frames: number;
  readonly seconds: number;
  readonly channels: number;
  readonly sampleRate: number;
}

/**
 * Makes a WAV file whose writer was killed a proper one: the sound is what is there, cut to whole frames, and the header says so.
 * A proper file is not touched. Everything is on disk when this returns; doing it again, or after being killed in the middle, gives the
 * same file. Throws NoWav when there is no header to go by; the file is left as it was.
 */
export async function repairWav(path: string): Promise<RepairedWav> {
  const file = await openToRepair(path);
  try {
    const { size } = await file.stat();
    const layout = await readLayout(file);
    const kept = await soundOf(layout, size, (at) => endsInChunks(file, at, size));
    const sound = kept.bytes - (kept.bytes % layout.blockAlign);
    const frames = sound / layout.blockAlign;
    // A chunk of odd length is followed by a byte that does not count.
    const length = kept.toEnd ? layout.dataAt + sound + (sound % 2) : size;

    const wanted: [at: number, value: number][] = [
      [4, length - 8],
      [layout.dataAt - 4, sound],
    ];
    if (layout.factAt !== undefined) wanted.push([layout.factAt, frames]);
    let repaired = false;
    if (length < size) {
      await file.truncate(length);
      repaired = true;
    } else if (length > size) {
      await file.write(Buffer.alloc(length - size), 0, length - size, size);
      repaired = true;
    }
    for (const [at, value] of wanted) {
      const field = Buffer.alloc(4);
      await file.read(field, 0, 4, at);
      if (field.readUInt32LE() === value) continue;
      field.writeUInt32LE(value);
      await file.write(field, 0, 4, at);
      repaired = true;
    }
    if (repaired) await file.sync();
    const { channels, sampleRate } = layout;
    return { repaired, bytes: length, frames, seconds: frames / sampleRate, channels, sampleRate };
  } finally {
    await file.close();
  }
}

/**
 * How much sound there is. The header is believed when the file goes on after the sound as RIFF says (to its end, or in further chunks);
 * otherwise its length was written before the writer was killed, and all that follows is sound.
 */
async function soundOf(
  layout: WavLayout,
  size: number,
  endsAt: (at: number) => Promise<boolean>,
): Promise<{ bytes: number; toEnd: boolean }> {
  const { dataAt, dataSize } = layout;
  const rest = Math.min(size, LONGEST_WAV) - dataAt;
  const end = dataAt + dataSize + (dataSize % 2);
  if (dataSize > 0 && dataSize % layout.blockAlign === 0 && end < size && (await endsAt(end)))
    return { bytes: dataSize, toEnd: false };
  // The pad byte of an odd sound is not sound.
  if (dataSize % 2 === 1 && dataSize % layout.blockAlign === 0 && end === size) return { bytes: dataSize, toEnd: true };
  return { bytes: rest, toEnd: true };
}
