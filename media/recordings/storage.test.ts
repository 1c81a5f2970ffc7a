import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashFile, probeDisk } from './file.ts';
import { folderStorage, troubleOf } from './folder-storage.ts';
import { s3Storage } from './s3-storage.ts';
import { checkKey, type Kept, type Part, type Storage } from './storage.ts';
import { startS3StandIn, type Fault } from './testing/s3-stand-in.ts';

let folder: string;
let file: Kept;
const sound = randomBytes(300_001);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-storage-'));
  const path = join(folder, 'call.wav');
  await writeFile(path, sound);
  file = { path, key: '2026/05/01/call.wav', ...(await hashFile(path)) };
});
afterEach(() => rm(folder, { recursive: true }));

test('a file is hashed and measured', async () => {
  expect(file.bytes).toBe(300_001);
  expect(file.sha256).toBe(createHash('sha256').update(sound).digest('hex'));
  await writeFile(file.path, 'abc');
  // FIPS 180-4, the first example.
  expect((await hashFile(file.path)).sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('the disk tells what is free', async () => {
  const { freeBytes, totalBytes } = await probeDisk(folder);
  expect(totalBytes).toBeGreaterThan(freeBytes);
  expect(freeBytes).toBeGreaterThan(0);
  await expect(probeDisk(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each(['../x', 'a/../../x', '/etc/x', 'a//b', 'a/', '', 'a b', 'a\0b', '.', 'a/./b', 'a\\b'])(
  '%j is no key',
  (key) => {
    expect(() => checkKey(key)).toThrow('No name for storage');
  },
);
test.each(['a', 'a.wav', '..a', '2026/05/01/0f-1.wav'])('%j is a key', (key) => expect(checkKey(key)).toBe(key));

const stores: [
  string,
  () => Promise<{ storage: Storage; kept: (key: string) => Promise<Buffer>; close(): Promise<void> }>,
][] = [
  [
    'folder',
    async () => {
      const storage = folderStorage(join(folder, 'kept'));
      return { storage, kept: (key) => readFile(join(folder, 'kept', key)), close: async () => undefined };
    },
  ],
  [
    'bucket',
    async () => {
      const store = await startS3StandIn();
      const storage = s3Storage({ ...store, region: 'us-west-2' });
      const close = async () => {
        storage.close();
        await store.close();
      };
      return { storage, kept: async (key) => store.objects.get(key) ?? Buffer.alloc(0), close };
    },
  ],
];

describe.each(stores)('a %s', (_, open) => {
  let it: Awaited<ReturnType<typeof open>>;
  beforeEach(async () => {
    it = await open();
  });
  afterEach(() => it.close());

  test('keeps a file under its key, as it was, and says so', async () => {
    expect(await it.storage.verify(file)).toBe('absent');
    const location = await it.storage.put(file);
    expect(location).toBe(it.storage.locationOf(file.key));
    expect(sound.equals(await it.kept(file.key))).toBe(true);
    expect(await it.storage.verify(file)).toBe('same');
    await it.storage.put(file);
    expect(await it.storage.verify(file)).toBe('same');
  });

  test('tells another file under the same key, by hash and by length', async () => {
    await it.storage.put(file);
    expect(await it.storage.verify({ ...file, sha256: '0'.repeat(64) })).toBe('different');
    expect(await it.storage.verify({ ...file, bytes: 5 })).toBe('different');
  });

  test('does not keep a file that is not what its hash says', async () => {
    await writeFile(file.path, Buffer.alloc(300_001));
    await expect(it.storage.put(file)).rejects.toMatchObject({ name: 'StorageError', trouble: 'corrupt' });
    expect(await it.storage.verify(file)).toBe('absent');
  });

  test('tells when there is no file to keep', async () => {
    await rm(file.path);
    await expect(it.storage.put(file)).rejects.toMatchObject({ trouble: 'missing' });
    await writeFile(file.path, '');
  });

  test('brings back what it keeps, whole, and to no place that is taken', async () => {
    await it.storage.put(file);
    const path = join(folder, 'brought.wav');
    await it.storage.get({ ...file, path });
    expect(sound.equals(await readFile(path))).toBe(true);
    await writeFile(path, 'taken');
    await expect(it.storage.get({ ...file, path })).rejects.toMatchObject({ name: 'StorageError' });
    expect(await readFile(path, 'utf8')).toBe('taken');
  });

  test('brings nothing that is not what its hash says, or is not there', async () => {
    await it.storage.put(file);
    const path = join(folder, 'brought.wav');
    const other = { ...file, path, sha256: '0'.repeat(64) };
    await expect(it.storage.get(other)).rejects.toMatchObject({ name: 'StorageError', trouble: 'corrupt' });
    const absent = { ...file, path, key: '2026/05/01/other.wav' };
    await expect(it.storage.get(absent)).rejects.toMatchObject({ name: 'StorageError', trouble: 'missing' });
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(it.storage.get({ ...file, path, key: '../x.wav' })).rejects.toMatchObject({ trouble: 'refused' });
  });

  const readAll = async (key: string, part: Part, signal?: AbortSignal) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of it.storage.read(key, part, signal)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  test('reads any part of what it keeps, and no more', async () => {
    await it.storage.put(file);
    const end = sound.length;
    for (const [from, until] of [
      [0, 1],
      [44, 200_000],
      [end - 1, end],
      [0, end],
    ] as const)
      expect(sound.subarray(from, until).equals(await readAll(file.key, { from, until }))).toBe(true);
  });

  test('reads nothing that is not there, or behind its end', async () => {
    await it.storage.put(file);
    const end = sound.length;
    for (const [from, until] of [
      [end, end + 1],
      [end - 5, end + 5],
    ] as const)
      await expect(readAll(file.key, { from, until })).rejects.toMatchObject({ trouble: 'missing' });
    await expect(readAll('2026/05/01/other.wav', { from: 0, until: 1 })).rejects.toMatchObject({ trouble: 'missing' });
    await expect(readAll('../call.wav', { from: 0, until: 1 })).rejects.toMatchObject({ trouble: 'refused' });
    await expect(readAll(file.key, { from: 0, until: 1 }, AbortSignal.abort())).rejects.toMatchObject({
      name: 'StorageError',
    });
  });

  test('forgets what it is told to, and again, and nothing else', async () => {
    const other = { ...file, key: '2026/05/01/other.wav' };
    await it.storage.put(file);
    await it.storage.put(other);
    for (let again = 0; again < 2; again++) {
      await it.storage.remove(file.key);
      expect([await it.storage.verify(file), await it.storage.verify(other)]).toEqual(['absent', 'same']);
    }
    await it.storage.remove('2027/01/01/never.wav');
    await expect(it.storage.remove('../call.wav')).rejects.toMatchObject({ trouble: 'refused' });
  });

  test('does not leave its place', async () => {
    await expect(it.storage.put({ ...file, key: '../x.wav' })).rejects.toMatchObject({ trouble: 'refused' });
    await expect(it.storage.verify({ ...file, key: '../x.wav' })).rejects.toMatchObject({ trouble: 'refused' });
  });

  test('stops when it is told to', async () => {
    await expect(it.storage.put(file, AbortSignal.abort())).rejects.toMatchObject({ name: 'StorageError' });
    expect(await it.storage.verify(file)).toBe('absent');
  });
});

test('a folder shows nothing half done, and leaves no pieces', async () => {
  const storage = folderStorage(join(folder, 'kept'));
  await writeFile(file.path, 'another');
  await expect(storage.put(file)).rejects.toMatchObject({ trouble: 'corrupt' });
  expect(await readdir(join(folder, 'kept/2026/05/01'))).toEqual([]);
});

test('a folder whose place is taken by a file is refused', async () => {
  await writeFile(join(folder, 'taken'), '');
  await expect(folderStorage(join(folder, 'taken')).put(file)).rejects.toMatchObject({ trouble: 'refused' });
});

test.runIf(process.getuid?.() !== 0)('a folder that may not be written is refused', async () => {
  await mkdir(join(folder, 'locked'));
  await chmod(join(folder, 'locked'), 0o500);
  await expect(folderStorage(join(folder, 'locked')).put(file)).rejects.toMatchObject({ trouble: 'refused' });
});

test.each([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EROFS', 'refused'],
  ['EACCES', 'refused'],
  ['EIO', 'unavailable'],
  ['ESTALE', 'unavailable'],
])('%s in a folder is: %s', (code, trouble) => {
  expect(troubleOf(Object.assign(new Error(code), { code }), '/x').trouble).toBe(trouble);
});

const faults: [string, Fault, string][] = [
  ['answers 500', { kind: 'status', status: 500, code: 'InternalError' }, 'unavailable'],
  ['asks to slow down', { kind: 'status', status: 503, code: 'SlowDown' }, 'unavailable'],
  ['is throttled', { kind: 'status', status: 429, code: 'TooManyRequests' }, 'unavailable'],
  ['has no room', { kind: 'status', status: 507, code: 'InsufficientStorage' }, 'full'],
  ['does not know us', { kind: 'status', status: 403, code: 'AccessDenied' }, 'refused'],
  ['received damaged bytes', { kind: 'status', status: 400, code: 'BadDigest' }, 'corrupt'],
  ['cuts the connection', { kind: 'cut', afterBytes: 1_000 }, 'unavailable'],
  ['never answers', { kind: 'silence' }, 'unavailable'],
];

describe('a bucket that misbehaves', () => {
  let store: Awaited<ReturnType<typeof startS3StandIn>>;
  let storage: ReturnType<typeof s3Storage>;
  beforeEach(async () => {
    store = await startS3StandIn();
    storage = s3Storage({ ...store, region: 'us-west-2', silenceMs: 300 });
  });
  afterEach(async () => {
    storage.close();
    await store.close();
  });

  test.each(faults)('%s: the upload fails, is told apart, and succeeds the next time', async (_, fault, trouble) => {
    store.misbehave('PUT', fault);
    await expect(storage.put(file)).rejects.toMatchObject({ name: 'StorageError', trouble });
    expect(store.objects.size).toBe(0);
    await storage.put(file);
    expect(await storage.verify(file)).toBe('same');
  });

  test.each<[string, Fault]>([
    ['keeps half', { kind: 'keep-half' }],
    ['turns a bit', { kind: 'turn-bit' }],
  ])('%s and says 200: the comparison finds out', async (_, fault) => {
    store.misbehave('PUT', fault);
    await storage.put(file);
    expect(await storage.verify(file)).toBe('different');
    store.checksums = false;
    expect(await storage.verify(file)).toBe('different');
  });

  test('a store without checksums is read back', async () => {
    store.checksums = false;
    await storage.put(file);
    expect(await storage.verify(file)).toBe('same');
    expect(store.served).toEqual([`PUT ${file.key} 200`, `HEAD ${file.key} 200`, `GET ${file.key} 200`]);
  });

  test('what cannot be compared is not called absent', async () => {
    store.misbehave(
      'HEAD',
      { kind: 'status', status: 503, code: 'SlowDown' },
      { kind: 'status', status: 403, code: 'AccessDenied' },
    );
    await expect(storage.verify(file)).rejects.toMatchObject({ trouble: 'unavailable' });
    await expect(storage.verify(file)).rejects.toMatchObject({ trouble: 'refused' });
  });

  test('what cannot be brought or removed now is told, and can be later', async () => {
    await storage.put(file);
    const brought = { ...file, path: join(folder, 'brought.wav') };
    store.misbehave('GET', { kind: 'status', status: 503, code: 'SlowDown' });
    await expect(storage.get(brought)).rejects.toMatchObject({ name: 'StorageError', trouble: 'unavailable' });
    await storage.get(brought);
    store.misbehave('DELETE', { kind: 'status', status: 403, code: 'AccessDenied' });
    await expect(storage.remove(file.key)).rejects.toMatchObject({ name: 'StorageError', trouble: 'refused' });
    expect(store.objects.size).toBe(1);
    await storage.remove(file.key);
    expect(store.objects.size).toBe(0);
  });

  test('wrong credentials and no store at all', async () => {
    const credentials = { ...store.credentials, secretAccessKey: 'wrong' };
    const stranger = s3Storage({ ...store, credentials, region: 'us-west-2' });
    const failure: unknown = await stranger.put(file).catch((error: unknown) => error);
    expect(failure).toMatchObject({ trouble: 'refused' });
    expect((failure as Error).message).not.toContain('wrong');
    const nowhere = s3Storage({ ...store, endpoint: 'http://127.0.0.1:1', region: 'us-west-2' });
    await expect(nowhere.put(file)).rejects.toMatchObject({ trouble: 'unavailable' });
  });
});
