import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSound } from '#media/prompts/sound.ts';
import { spokenSeconds } from './spoken.ts';
import { NoWav } from './wav.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-spoken-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Silence and sound in turns, seconds; `level` of the sound, full scale 1. */
async function spoken(parts: readonly number[], level = 0.1): Promise<string> {
  const samples = parts.flatMap((seconds, index) =>
    Array.from({ length: seconds * 8000 }, (_, n) => (index % 2 === 0 ? 0 : level * Math.sin(n))),
  );
  const path = join(folder, `${parts.join('-')}-${level}.wav`);
  await writeFile(path, writeSound({ rate: 8000, samples: Float32Array.from(samples) }));
  return path;
}

test.each<[string, readonly number[], number]>([
  ['silence before and after', [1, 2, 3], 2],
  ['a pause within', [0.5, 1, 2, 1, 1], 4],
  ['from end to end', [0, 1.5], 1.5],
  ['silence alone', [5], 0],
  ['nothing', [0], 0],
])('how long somebody speaks: %s', async (_what, parts, seconds) => {
  expect(await spokenSeconds(await spoken(parts))).toBeCloseTo(seconds, 2);
});

test('the noise of a line is no voice', async () => {
  expect(await spokenSeconds(await spoken([0, 3], 0.003))).toBe(0);
});

test('what is no recorded voice is told', async () => {
  const path = join(folder, 'no.wav');
  await writeFile(path, 'no sound');
  await expect(spokenSeconds(path)).rejects.toBeInstanceOf(NoWav);
  const stereo = await spoken([0, 1]);
  const file = await readFile(stereo);
  file.writeUInt16LE(2, 22);
  await writeFile(path, file);
  await expect(spokenSeconds(path)).rejects.toThrow('mono');
});
