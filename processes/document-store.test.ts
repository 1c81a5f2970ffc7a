import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folderStorage } from '#media/recordings/folder-storage.ts';
import { s3Storage } from '#media/recordings/s3-storage.ts';
import { StorageError } from '#media/recordings/storage.ts';
import { startS3StandIn } from '#media/recordings/testing/s3-stand-in.ts';
import { DocumentsAway, type DocumentStore } from '#accounts/documents/ports.ts';
import { documentStore } from './document-store.ts';

const NAME = 'documents/0a1b';
const encrypted = randomBytes(200_001);
const kept = { bytes: encrypted.length, sha256: createHash('sha256').update(encrypted).digest('hex') };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-store-of-pictures-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function goesThrough(store: DocumentStore) {
  await expect(store.get(NAME, kept)).rejects.toThrow(DocumentsAway);
  await store.put(NAME, encrypted);
  expect((await store.get(NAME, kept)).equals(encrypted)).toBe(true);
  await expect(store.get(NAME, { ...kept, sha256: '0'.repeat(64) })).rejects.toThrow(DocumentsAway);
  await store.remove(NAME);
  await store.remove(NAME);
  await expect(store.get(NAME, kept)).rejects.toThrow(DocumentsAway);
}

test('a folder keeps a picture, brings it back, and forgets it', async () => {
  const store = documentStore(folderStorage(folder));
  await goesThrough(store);
  expect(store.placeOf(NAME)).toEqual({ storage: 'folder', location: join(folder, NAME) });
});

test('a bucket does so as well, and is looked at before it is believed', async () => {
  const bucket = await startS3StandIn();
  const storage = s3Storage({ ...bucket, region: 'us-west-2', silenceMs: 300 });
  const store = documentStore(storage);
  await goesThrough(store);
  expect(store.placeOf(NAME)).toEqual({ storage: 's3', location: `s3://recordings/${NAME}` });
  bucket.misbehave('PUT', { kind: 'keep-half' });
  await expect(store.put(NAME, encrypted)).rejects.toThrow(DocumentsAway);
  bucket.misbehave('PUT', { kind: 'status', status: 503, code: 'SlowDown' });
  const away = store.put(NAME, encrypted);
  await expect(away).rejects.toThrow('Pictures cannot be reached in storage (unavailable).');
  // No log shows where a picture lies.
  await expect(away).rejects.not.toThrow(NAME);
  storage.close();
  await bucket.close();
});

test('what passes through a file on its way does not stay there', async () => {
  const passing: string[] = [];
  const store = documentStore({
    ...folderStorage(folder),
    put: async ({ path }) => {
      passing.push(path);
      expect((await readFile(path)).equals(encrypted)).toBe(true);
      throw new StorageError('full', 'No room.');
    },
  });
  await expect(store.put(NAME, encrypted)).rejects.toThrow('(full)');
  expect(passing).toHaveLength(1);
  await expect(stat(dirname(passing[0] ?? ''))).rejects.toMatchObject({ code: 'ENOENT' });
});
