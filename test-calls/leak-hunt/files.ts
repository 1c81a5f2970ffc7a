import { open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Search } from './search.ts';

/** Read at a time; the next piece begins a little before the last one's end. */
const PIECE = 32 * 2 ** 20;
const OVERLAP = 1_024;

export interface FilesSearched {
  readonly files: number;
  readonly bytes: number;
  /** Could not be read, and why. */
  readonly unread: readonly string[];
}

/** Searches every file below a folder; `skip` names those (by their path in it) that are not the platform's. */
export async function searchFiles(
  search: Search,
  folder: string,
  skip: (path: string) => boolean = () => false,
): Promise<FilesSearched> {
  const unread: string[] = [];
  let [files, bytes] = [0, 0];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const place = relative(folder, path);
    if (skip(place)) continue;
    // Names can tell digits, too.
    search.bytes(
      `the name of a file in ${relative(folder, entry.parentPath) || 'the folder'}`,
      Buffer.from(entry.name),
    );
    try {
      bytes += await searchFile(search, place, path);
      files++;
    } catch (error) {
      // What is gone meanwhile is of no interest: a database's server has files for a moment.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        unread.push(`${place}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { files, bytes, unread };
}

async function searchFile(search: Search, place: string, path: string): Promise<number> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    for (let at = 0; at < size; at += PIECE) {
      const from = Math.max(0, at - OVERLAP);
      const piece = Buffer.alloc(Math.min(size - from, PIECE + OVERLAP));
      const { bytesRead } = await file.read(piece, 0, piece.length, from);
      if (size <= PIECE) search.file(place, piece.subarray(0, bytesRead));
      else search.bytes(place, piece.subarray(0, bytesRead), from);
    }
    return size;
  } finally {
    await file.close();
  }
}
