import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSound, writeSound } from './sound.ts';
import { breathSeconds, Sequences } from './sequence.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sequence-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A constant tone of half a second, so that silence can be told from it. */
async function tone(name: string, level: number): Promise<string> {
  const path = join(folder, `${name}.wav`);
  await writeFile(path, writeSound({ rate: 8000, samples: new Float32Array(4000).fill(level) }));
  return path;
}

test('silences stand between pieces for as long as they are told, and a breath between prompts', async () => {
  const [one, two] = [await tone('one', 0.25), await tone('two', 0.5)];
  const sequences = await Sequences.open(folder, 'ivr-1');
  const path = await sequences.fileOf([[one, { silentMs: 350 }, two], [one]]);
  const { samples } = readSound(await readFile(path));
  const levels: [number, number][] = [];
  for (const sample of samples) {
    const level = Math.round(sample * 100) / 100;
    const run = levels.at(-1);
    if (run?.[0] === level) run[1]++;
    else levels.push([level, 1]);
  }
  expect(levels).toEqual([
    [0.25, 4000],
    [0, 2800],
    [0.5, 4000],
    [0, 8000 * breathSeconds],
    [0.25, 4000],
  ]);
});

test('another silence is another file', async () => {
  const [one, two] = [await tone('one', 0.25), await tone('two', 0.5)];
  const sequences = await Sequences.open(folder, 'ivr-1');
  const with200 = await sequences.fileOf([[one, { silentMs: 200 }, two]]);
  expect(await sequences.fileOf([[one, { silentMs: 350 }, two]])).not.toBe(with200);
  expect(await sequences.fileOf([[one, two]])).not.toBe(with200);
  expect(await sequences.fileOf([[one, { silentMs: 200 }, two]])).toBe(with200);
});

test('what is told once leaves no file behind', async () => {
  const [one, two] = [await tone('one', 0.25), await tone('two', 0.5)];
  const sequences = await Sequences.open(folder, 'ivr-1');
  const [first, second] = [await sequences.passing([[one, two]]), await sequences.passing([[one, two]])];
  expect(first.path).not.toBe(second.path);
  expect(readSound(await readFile(first.path)).samples).toHaveLength(8000);
  await first.discard();
  await expect(readFile(first.path)).rejects.toThrow('ENOENT');
  expect(readSound(await readFile(second.path)).samples).toHaveLength(8000);
});

test('what a process that died was telling goes when its namesake opens, and nobody else’s does', async () => {
  const [one, two] = [await tone('one', 0.25), await tone('two', 0.5)];
  const telling = async (node: string) => (await Sequences.open(folder, node)).passing([[one, two]]);
  const [dead, other] = [await telling('ivr-7'), await telling('ivr-8')];
  const opened = await Sequences.open(folder, 'ivr-7');
  await expect(readFile(dead.path)).rejects.toThrow('ENOENT');
  await expect(readFile(other.path)).resolves.toBeDefined();
  await expect(opened.passing([[one, two]])).resolves.toBeDefined();
});
