import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Language } from './utterance.ts';

export interface CachedSound {
  readonly path: string;
  /** First 12 hex digits of the file's SHA-256. */
  readonly version: string;
  readonly seconds: number;
}

const headerBytes = 44;
const bytesPerSecond = 16_000;

export const hashOf = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
};

const versionOf = (file: Uint8Array): string => createHash('sha256').update(file).digest('hex').slice(0, 12);

/**
 * Prompts on disk, as `<language>/<id>.<key>.<version>.wav`: the key tells what the file was made from, the version what it holds.
 * So a damaged file betrays itself, and several processes may write one folder: each file appears whole or not at all, and no file
 * ever changes. Files of older wordings stay, for the calls that heard them.
 */
export class PromptCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  /** A file made from the same things that still holds what was written; damaged ones are removed. Rejects with the system's error. */
  async find(language: Language, id: string, key: string): Promise<CachedSound | undefined> {
    const folder = join(this.#folder, language);
    const start = `${id}.${key}.`;
    for (const name of (await namesIn(folder)).filter((name) => name.startsWith(start)).sort()) {
      const version = /^([0-9a-f]{12})\.wav$/.exec(name.slice(start.length))?.[1];
      if (version === undefined) continue;
      const path = join(folder, name);
      const file = await readFile(path).catch(() => new Uint8Array());
      if (versionOf(file) === version) return { path, version, seconds: (file.length - headerBytes) / bytesPerSecond };
      await rm(path, { force: true });
    }
    return undefined;
  }

  /** Rejects with the system's error (ENOSPC, EACCES, ...), leaving nothing behind. */
  async keep(language: Language, id: string, key: string, file: Uint8Array): Promise<void> {
    const folder = join(this.#folder, language);
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${id}.${key}.${versionOf(file)}.wav`);
    const unfinished = join(folder, `.${process.pid}-${randomBytes(6).toString('hex')}.part`);
    try {
      await writeFile(unfinished, file);
      await rename(unfinished, path);
    } catch (fault) {
      await rm(unfinished, { force: true });
      throw fault;
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fault;
  }
}
