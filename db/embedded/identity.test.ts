import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closedTo, NOBODY, serverIdentity } from './identity.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-way-'));
  await mkdir(join(folder, 'a/b'), { recursive: true });
  await chmod(folder, 0o711);
});
afterAll(() => rm(folder, { recursive: true }));

test('root runs the server as nobody, everyone else as themselves', () => {
  expect(serverIdentity(0)).toEqual({ uid: 65534, gid: 65534 });
  expect(serverIdentity(1000)).toBeUndefined();
});

test('a folder of mode 700 on the way closes what is below, and is named', async () => {
  await chmod(join(folder, 'a'), 0o700);
  expect(await closedTo(NOBODY, join(folder, 'a/b/not-yet'))).toBe(join(folder, 'a'));
  expect(await closedTo(undefined, join(folder, 'a/b'))).toBeUndefined();
});

test('search permission alone opens the way; reading is not needed', async () => {
  await chmod(join(folder, 'a'), 0o711);
  expect(await closedTo(NOBODY, join(folder, 'a/b/not-yet'))).toBeUndefined();
});
