import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KnownSounds } from './known-sounds.ts';
import { UnreadableSound, writeSound } from './sound.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'known-sounds-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function sound(name: string, seconds = 0.5, rate = 8000): Promise<string> {
  const path = join(folder, `${name}.wav`);
  await writeFile(path, writeSound({ rate, samples: new Float32Array(seconds * rate).fill(0.25) }));
  return path;
}
/** Whether it is still there to be heard when its file is gone. */
const outlives = async (sounds: KnownSounds, path: string) => {
  await rm(path);
  return sounds.samplesOf(path).then(
    () => true,
    () => false,
  );
};

test('a short sound of the folder is read once', async () => {
  const [sounds, path] = [new KnownSounds(folder), await sound('word')];
  expect(await sounds.samplesOf(path)).toHaveLength(4000);
  expect(await outlives(sounds, path)).toBe(true);
  expect(await sounds.samplesOf(path)).toHaveLength(4000);
});

test('a long one, and a voice from elsewhere, are read each time', async () => {
  const long = await sound('sentence', 5.1);
  const voice = await sound('voice');
  const [sounds, elsewhere] = [new KnownSounds(folder), new KnownSounds(join(folder, 'prompts'))];
  await sounds.samplesOf(long);
  await elsewhere.samplesOf(voice);
  expect([await outlives(sounds, long), await outlives(elsewhere, voice)]).toEqual([false, false]);
});

test('what was not used for the longest time goes first', async () => {
  const sounds = new KnownSounds(folder, 2);
  const [one, two, three] = [await sound('one'), await sound('two'), await sound('three')];
  for (const path of [one, two, one, three]) await sounds.samplesOf(path);
  const there = [await outlives(sounds, one), await outlives(sounds, three), await outlives(sounds, two)];
  expect(there).toEqual([true, true, false]);
});

test('a sound for another kind of line is refused', async () => {
  await expect(new KnownSounds(folder).samplesOf(await sound('wide', 0.5, 16_000))).rejects.toThrow(UnreadableSound);
});
