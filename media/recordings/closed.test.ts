import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSound } from '#media/prompts/sound.ts';
import { isClosed } from './closed.ts';

let path: string;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-closed-'));
  path = join(folder, 'talk.wav');
});
afterAll(() => rm(folder, { recursive: true }));

test('a file is closed when its header has its length, and not while more is written', async () => {
  const sound = writeSound({ rate: 8000, samples: new Float32Array(800) });
  await writeFile(path, sound);
  expect(await isClosed(path)).toBe(true);
  await appendFile(path, Buffer.alloc(320));
  expect(await isClosed(path)).toBe(false);
  await truncate(path, sound.length - 2);
  expect(await isClosed(path)).toBe(false);
});

test('a file that has a header alone is not closed: its sound may be on its way', async () => {
  await writeFile(path, writeSound({ rate: 8000, samples: new Float32Array(0) }));
  expect(await isClosed(path)).toBe(false);
});

test('one that is not there is an error', async () => {
  await expect(isClosed(join(folder, 'none.wav'))).rejects.toThrow('ENOENT');
});
