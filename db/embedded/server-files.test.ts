import { chmod, mkdir, mkdtemp, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NOBODY } from './identity.ts';
import { serverFiles } from './server-files.ts';

let folder: string;
let native: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-files-'));
  await chmod(folder, 0o711);
  native = join(folder, 'package/native');
  await mkdir(join(native, 'bin'), { recursive: true });
  await mkdir(join(native, 'lib'));
  for (const name of ['initdb', 'postgres']) await writeFile(join(native, 'bin', name), '', { mode: 0o755 });
  await writeFile(join(native, 'lib/libpq.so.5.18'), 'library');
  await writeFile(
    join(native, 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
  );
});
afterEach(() => rm(folder, { recursive: true }));

test('links that a skipped install script would have made are made', async () => {
  const files = await serverFiles(NOBODY, join(folder, 'copies'), { native, version: '18.4' });
  expect(files.postgres).toBe(join(native, 'bin/postgres'));
  expect(await readlink(join(native, 'lib/libpq.so.5'))).toBe('libpq.so.5.18');
  await expect(stat(join(folder, 'copies'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a package that the server may not read is copied once, with its links', async () => {
  await chmod(join(folder, 'package'), 0o700);
  const first = await serverFiles(NOBODY, join(folder, 'copies'), { native, version: '18.4' });
  expect(first.postgres).toBe(join(folder, 'copies/18.4/native/bin/postgres'));
  expect(await readlink(join(folder, 'copies/18.4/native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
  const { ino } = await stat(first.postgres);
  const second = await serverFiles(NOBODY, join(folder, 'copies'), { native, version: '18.4' });
  expect((await stat(second.postgres)).ino).toBe(ino);
});

test('the installed package is found', async () => {
  const files = await serverFiles(undefined, join(folder, 'copies'));
  expect(files.version).toMatch(/^18\./);
  expect((await stat(files.postgres)).isFile()).toBe(true);
});
