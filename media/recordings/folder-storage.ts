import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { hashFile } from './file.ts';
import { checkKey, StorageError, type Comparison, type Kept, type Storage } from './storage.ts';

/** Recordings kept in a folder: another disk, or a mounted share. */
export function folderStorage(root: string): Storage {
  const home = resolve(root);
  const pathOf = (key: string) => join(home, checkKey(key));
  return {
    kind: 'folder',
    locationOf: pathOf,
    async put(file, signal) {
      const target = pathOf(file.key);
      // Hidden until it is whole: a reader never sees half a recording.
      const part = join(dirname(target), `.${randomUUID()}.part`);
      try {
        await makeFolder(dirname(target), home);
        await copy(file, part, signal);
        await rename(part, target);
        await syncFolder(dirname(target));
        return target;
      } catch (error) {
        await rm(part, { force: true }).catch(() => undefined);
        throw troubleOf(error, file.path);
      }
    },
    async verify({ key, sha256, bytes }, signal): Promise<Comparison> {
      try {
        const found = await hashFile(pathOf(key), signal);
        return found.sha256 === sha256 && found.bytes === bytes ? 'same' : 'different';
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent';
        throw troubleOf(error, key);
      }
    },
    async get(file, signal) {
      const from = pathOf(file.key);
      try {
        await copy({ ...file, path: from }, file.path, signal);
      } catch (error) {
        // What was there before is not ours.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(file.path, { force: true });
        throw troubleOf(error, from);
      }
    },
    async *read(key, { from, until }, signal) {
      const path = pathOf(key);
      let left = until - from;
      try {
        const options = { start: from, end: until - 1, highWaterMark: 64 * 1024, ...(signal && { signal }) };
        for await (const chunk of createReadStream(path, options)) {
          left -= (chunk as Buffer).length;
          yield chunk as Buffer;
        }
      } catch (error) {
        throw troubleOf(error, path);
      }
      if (left > 0) throw new StorageError('missing', `${path} ends ${left} bytes before it should.`);
    },
    async remove(key) {
      const path = pathOf(key);
      try {
        await rm(path, { force: true });
        await syncFolder(dirname(path));
      } catch (error) {
        // Its folder never was.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw troubleOf(error, key);
      }
    },
  };
}

/** Copies, hashing on the way, and has it on disk when done. */
async function copy(file: Kept, part: string, signal: AbortSignal | undefined): Promise<void> {
  const target = await open(part, 'wx', 0o640);
  try {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file.path, { highWaterMark: 256 * 1024, ...(signal && { signal }) })) {
      hash.update(chunk as Buffer);
      await target.writeFile(chunk as Buffer);
    }
    if (hash.digest('hex') !== file.sha256)
      throw new StorageError('corrupt', `${file.path} is not what its hash says; it was not taken.`);
    await target.sync();
  } finally {
    await target.close();
  }
}

/** A new name is on disk only when its folder is; and a new folder when the one above is. */
async function makeFolder(folder: string, home: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o750 });
  if (first === undefined) return;
  for (let at = folder; at.length >= dirname(first).length; at = dirname(at)) {
    await syncFolder(at);
    if (at === home || at === dirname(at)) break;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const REFUSED = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR']);

/** In our words; exported for its table of tests. */
export function troubleOf(error: unknown, what: string): StorageError {
  if (error instanceof StorageError) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && path === what) return new StorageError('missing', `${what} is not there.`, { cause: error });
  const trouble = FULL.has(code ?? '') ? 'full' : REFUSED.has(code ?? '') ? 'refused' : 'unavailable';
  return new StorageError(trouble, `The storage folder cannot be used (${code ?? 'unknown'}).`, { cause: error });
}
