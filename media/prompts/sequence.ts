import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { KnownSounds, rate } from './known-sounds.ts';
import { hashOf } from './prompt-cache.ts';
import { readSound, writeSound } from './sound.ts';

/** Between one prompt and the next, in milliseconds: a breath. Within a prompt there is none. */
const breathMs = 200;
/** The same in seconds, for whoever reckons what of a sequence was heard. */
export const breathSeconds = breathMs / 1000;

/** A file, or a silence between two of them. */
export type SoundPiece = string | { readonly silentMs: number };

/** A voice that was recorded on a call; `version` as prompts have it. */
export interface RecordedVoice {
  readonly path: string;
  readonly version: string;
  readonly seconds: number;
}

/** Reads a recorded voice. Rejects with {@link UnreadableSound} or the system's error. */
export async function recordedVoice(path: string): Promise<RecordedVoice> {
  const file = await readFile(path);
  const sound = readSound(file);
  const version = createHash('sha256').update(file).digest('hex').slice(0, 12);
  return { path, version, seconds: sound.samples.length / sound.rate };
}

/**
 * Several prompts as one file, made when first needed and kept. The media server starts one file within a tick; a list of files
 * would begin with a quarter of a second of silence and could not be broken off cleanly.
 */
export class Sequences {
  readonly #folder: string;
  readonly #passing: string;
  readonly #known = new Map<string, Promise<string>>();
  readonly #sounds: KnownSounds;

  private constructor(cacheFolder: string, node: string) {
    this.#folder = resolve(cacheFolder, 'sequences');
    this.#passing = join(this.#folder, 'passing', node);
    this.#sounds = new KnownSounds(resolve(cacheFolder));
  }

  /** `node`: the process, whose namesake may have died while it told something. Rejects with the system's error. */
  static async open(cacheFolder: string, node: string): Promise<Sequences> {
    const sequences = new Sequences(cacheFolder, node);
    await rm(sequences.#passing, { recursive: true, force: true });
    return sequences;
  }

  /**
   * The file that plays these prompts, each given as its pieces. What a file of this name holds never changes, so the names
   * stand for the content. Rejects with {@link UnreadableSound} or the system's error.
   */
  fileOf(prompts: readonly (readonly SoundPiece[])[]): Promise<string> {
    const [only, ...others] = prompts.flat();
    if (typeof only === 'string' && others.length === 0) return Promise.resolve(only);
    const names = prompts.map((pieces) => pieces.map(nameOf).join('\n'));
    const key = hashOf(String(breathMs), ...names);
    const known = this.#known.get(key);
    if (known) return known;
    const made = this.#make(prompts, join(this.#folder, `${key.slice(0, 32)}.wav`));
    this.#known.set(key, made);
    made.catch(() => this.#known.delete(key));
    return made;
  }

  /**
   * The same for what is told once: a balance, a reference. Whoever asked for it discards it when it has been told, so that
   * nothing of it stays on the disk; what a process that dies leaves there goes when its namesake opens.
   */
  async passing(prompts: readonly (readonly SoundPiece[])[]): Promise<{ path: string; discard: () => Promise<void> }> {
    const path = await this.#make(prompts, join(this.#passing, `${randomBytes(16).toString('hex')}.wav`));
    return { path, discard: () => rm(path, { force: true }) };
  }

  async #make(prompts: readonly (readonly SoundPiece[])[], path: string): Promise<string> {
    if (await exists(path)) return path;
    const pieces = prompts.flatMap((prompt, index) => (index > 0 ? [{ silentMs: breathMs }, ...prompt] : prompt));
    const parts = await Promise.all(
      pieces.map(async (piece) =>
        typeof piece === 'string' ? this.#sounds.samplesOf(piece) : silence(piece.silentMs),
      ),
    );
    const samples = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      samples.set(part, at);
      at += part.length;
    }
    const folder = dirname(path);
    await mkdir(folder, { recursive: true });
    const unfinished = join(folder, `.${process.pid}-${randomBytes(6).toString('hex')}.part`);
    try {
      await writeFile(unfinished, writeSound({ rate, samples }));
      await rename(unfinished, path);
    } catch (fault) {
      await rm(unfinished, { force: true });
      throw fault;
    }
    return path;
  }
}

const silence = (ms: number): Float32Array => new Float32Array(Math.round((rate * ms) / 1000));

/** No file has such a name: paths are absolute. */
const nameOf = (piece: SoundPiece): string => (typeof piece === 'string' ? piece : `${piece.silentMs} ms of silence`);

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
