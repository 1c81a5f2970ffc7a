import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DocumentsAway, type DocumentStore } from '#accounts/documents/ports.ts';
import { StorageError, type Storage } from '#media/recordings/storage.ts';

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Pictures of identity documents in the storage of recordings, under names of their own. What passes through a file on the way is encrypted already. */
export function documentStore(storage: Storage): DocumentStore {
  return {
    placeOf: (name) => ({ storage: storage.kind, location: storage.locationOf(name) }),
    put: (name, encrypted) =>
      reached(async () => {
        const folder = await mkdtemp(join(tmpdir(), 'homeline-document-'));
        try {
          const path = join(folder, 'encrypted');
          await writeFile(path, encrypted, { mode: 0o600 });
          const kept = { key: name, sha256: sha256Of(encrypted), bytes: encrypted.length };
          await storage.put({ ...kept, path, type: 'application/octet-stream' });
          // Said to be there is not there: a store that keeps half of it says 200 as well.
          if ((await storage.verify(kept)) !== 'same') throw new DocumentsAway('Storage keeps something else.');
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      }),
    get: (name, { bytes, sha256 }) =>
      reached(async () => {
        const pieces: Uint8Array[] = [];
        for await (const piece of storage.read(name, { from: 0, until: bytes })) pieces.push(piece);
        const all = Buffer.concat(pieces);
        if (sha256Of(all) !== sha256) throw new DocumentsAway('What lies in storage is not what was put there.');
        return all;
      }),
    remove: (name) => reached(() => storage.remove(name)),
  };
}

async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DocumentsAway) throw error;
    // Without what it says of names.
    const why = error instanceof StorageError ? error.trouble : (error as NodeJS.ErrnoException).code;
    throw new DocumentsAway(`Pictures cannot be reached in storage (${why ?? 'unknown'}).`);
  }
}
