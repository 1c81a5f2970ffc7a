import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSpool } from './spool.ts';

let folder: string;
beforeEach(async () => void (folder = join(await mkdtemp(join(tmpdir(), 'homeline-spool-')), 'spool')));
afterEach(() => rm(join(folder, '..'), { recursive: true }));

test('the spool has its folders, and nothing else when it was seen that there is room', async () => {
  await openSpool(folder);
  await openSpool(folder);
  expect((await readdir(folder)).sort()).toEqual(['messages', 'recordings', 'voices']);
});

test('where the disk takes nothing it says which, and leaves nothing behind', async () => {
  await mkdir(folder);
  // Linux' own full disk.
  await symlink('/dev/full', join(folder, `room.${process.pid}.part`));
  await expect(openSpool(folder)).rejects.toMatchObject({ code: 'ENOSPC', path: folder });
  expect((await readdir(folder)).sort()).toEqual(['messages', 'recordings', 'voices']);
});

test('a file where it should be is said to be one', async () => {
  await writeFile(folder, '');
  await expect(openSpool(folder)).rejects.toMatchObject({ code: 'ENOTDIR' });
});
