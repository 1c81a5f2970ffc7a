import { readFile } from 'node:fs/promises';
import { readSound, UnreadableSound } from './sound.ts';

/** Samples per second on the telephone; every prompt and every voice recorded on a call has it. */
export const rate = 8000;

/** Sounds that are kept in memory: every word that values are said with, in two languages. Some 20 MB at most. */
const mostKept = 700;
/** Longer than a word or a short sentence is not kept, in samples. */
const longestKept = 5 * rate;

/**
 * Reads sounds, and keeps the short ones of one folder, where a name stands for what it holds: who waits for an amount to be told waits for a
 * dozen files else. Voices of people lie elsewhere and are never kept.
 */
export class KnownSounds {
  readonly #folder: string;
  readonly #most: number;
  readonly #kept = new Map<string, Float32Array>();

  /** Absolute. */
  constructor(folder: string, most = mostKept) {
    this.#folder = `${folder}/`;
    this.#most = most;
  }

  /** Rejects with {@link UnreadableSound} or the system's error. */
  async samplesOf(path: string): Promise<Float32Array> {
    const kept = this.#kept.get(path);
    const samples = kept ?? (await read(path));
    if (!path.startsWith(this.#folder) || samples.length > longestKept) return samples;
    // The last used is the last of the map, and the first goes.
    this.#kept.delete(path);
    this.#kept.set(path, samples);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size > this.#most) this.#kept.delete(oldest);
    return samples;
  }
}

async function read(path: string): Promise<Float32Array> {
  const sound = readSound(await readFile(path));
  if (sound.rate !== rate) throw new UnreadableSound(`${path} has ${sound.rate} samples per second, not ${rate}`);
  return sound.samples;
}
